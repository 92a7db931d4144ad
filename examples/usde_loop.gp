# Price of death against the loop: gnuplot -e "csv='usde_loop.csv'; svg='usde_loop.svg'" usde_loop.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "USDe loops against USDT: liquidated at a margin level of 1.10"
set xlabel "USDe held, times own money"
set ylabel "price of USDe, USDT"
set key bottom right
set grid
set xrange [1.5:10]
set yrange [0.3:1.05]
plot csv using 1:2 with lines lw 3 title "the loop is liquidated at", \
     csv using 1:3 with lines lw 2 dashtype 2 title "lowest print of one venue, 10 October 2025: 0.65", \
     csv using 1:4 with lines lw 2 dashtype 3 title "redemption, a few tenths of a percent below 1"
