# What is left of a hedge without its short: gnuplot -e "csv='adl_hedge.csv'; svg='adl_hedge.svg'" adl_hedge.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "A hedge of 40,000 AVAX from 26.59, and what is left once its short is taken"
set xlabel "AVAX, both contracts"
set ylabel "equity less maintenance, thousand USDT"
set xrange [4:34]
set yrange [-400:1000]
set key bottom right
set grid
set arrow 1 from 18, graph 0 to 18, graph 1 nohead dashtype 3 lc rgb "gray40"
set label 1 "mark 18.00" at 18.2, 850 tc rgb "gray40"
set arrow 2 from 17, graph 0 to 17, graph 1 nohead dashtype 3 lc rgb "gray40"
set label 2 "17.00 on Coinbase" at 16.8, 950 right tc rgb "gray40"
set arrow 3 from 6.02, graph 0 to 6.02, graph 1 nohead dashtype 3 lc rgb "gray40"
set label 3 "6.02 on COIN-M" at 6.2, 650 tc rgb "gray40"
set label 4 "dead at 12.70" at 12.695, 0 point pt 7 offset 1, -1
plot csv every ::1 using 1:($2 / 1e3) with lines lw 3 title "both legs", \
     csv every ::1 using 1:($3 / 1e3) with lines lw 3 title "the long alone", \
     0 with lines lc rgb "black" notitle
