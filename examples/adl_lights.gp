# Own place in the queue against own leverage: gnuplot -e "csv='adl_lights.csv'; svg='adl_lights.svg'" adl_lights.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "A short with a profit of a fifth, in a made-up queue of 2,000: its place by its leverage"
set xlabel "own leverage: notional by equity"
set ylabel "contracts in front, own included, % of the side"
set y2label "lights lit"
set yrange [0:100]
set y2range [0:5]
set xrange [0:25]
set ytics 20 nomirror
set y2tics 1
set key at graph 0.98, 0.72
set grid
plot csv every ::1 using 1:($3 * 100) with lines lw 3 lc 1 title "profit x leverage: place", \
     csv every ::1 using 1:($6 * 100) with lines lw 3 lc 2 title "price ratio x leverage: place", \
     csv every ::1 using 1:4 axes x1y2 with steps lw 1 dashtype 2 lc 1 title "lights", \
     csv every ::1 using 1:7 axes x1y2 with steps lw 1 dashtype 2 lc 2 title "lights"
