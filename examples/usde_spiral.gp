# The index by round under four rules: gnuplot -e "csv='usde_spiral.csv'; svg='usde_spiral.svg'" usde_spiral.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "A scenario: seized USDe sold into its own book, round by round"
set xlabel "round"
set ylabel "index of USDe, USDT"
set xtics 1
set yrange [0.7:1.05]
set key bottom left
set grid
plot csv using 1:2 with linespoints lw 3 pt 7 title "the venue's own print", \
     csv using 1:4 with linespoints lw 2 pt 7 ps 0.7 title "the same, floored at 0.85", \
     csv using 1:3 with linespoints lw 2 pt 7 ps 0.7 title "half print, half redemption", \
     csv using 1:5 with lines lw 2 dashtype 2 title "redemption", \
     0.9167 with lines lw 1 dashtype 3 title "a 6x loop dies", \
     0.825 with lines lw 1 dashtype 3 title "a 4x loop dies", \
     0.7333 with lines lw 1 dashtype 3 title "a 3x loop dies"
