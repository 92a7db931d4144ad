# Excess against price: gnuplot -e "csv='collateral_account.csv'; svg='collateral_account.svg'" collateral_account.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "9 BTC long on the same worth of collateral (liquidated where a curve meets zero)"
set xlabel "move of the price of BTC, %"
set ylabel "margin balance - maintenance, thousand USDT"
set key top left
set grid
set xzeroaxis lt -1 lw 1.5
set xrange [-45:20]
set yrange [-100:350]
plot for [i=2:4] csv using 1:(column(i) / 1000) with lines lw 2.5 title columnheader(i), \
     csv using 1:(column(5) / 1000) with lines lw 2.5 dashtype 2 lc 2 title columnheader(5)
