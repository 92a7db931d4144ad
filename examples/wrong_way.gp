# Where BTC and USDe kill together: gnuplot -e "csv='wrong_way.csv'; svg='wrong_way.svg'" wrong_way.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "30 BTC long on BTC, WBETH and USDe: below the line the account is liquidated"
set xlabel "USDe, USDT"
set ylabel "BTC, USDT"
set key top right
set grid
set xrange [0.05:1.1]
plot csv using 1:2 with filledcurves x1 fillstyle transparent solid 0.15 notitle, \
     csv using 1:2 with linespoints lw 3 pt 7 ps 0.6 title "frontier", \
     "<echo '1,112000'" using 1:2 with points pt 7 ps 1.4 title "now"
