# Excess against price: gnuplot -e "csv='hedged_account.csv'; svg='hedged_account.svg'" hedged_account.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "Excess of a hedged account (liquidated where a curve meets zero)"
set xlabel "move of the price, %"
set ylabel "margin balance - maintenance, thousand USDT"
set key bottom center horizontal
set grid
set xzeroaxis lt -1 lw 1.5
set xrange [-80:60]
set yrange [-800:1500]
plot for [i=2:5] csv using 1:(column(i) / 1000) with lines lw (i == 5 ? 3 : 2) title columnheader(i)
