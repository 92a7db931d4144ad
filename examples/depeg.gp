# The index of USDe under four rules: gnuplot -e "csv='depeg.csv'; svg='depeg.svg'" depeg.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "USDe on 10 October 2025: one venue's prints, and what other rules would have made of them"
set xdata time
set timefmt "%H:%M"
set format x "%H:%M"
set xlabel "UTC"
set ylabel "index of USDe, USDT"
set yrange [0.6:1.05]
set key bottom right
set grid
plot csv using 1:2 with steps lw 3 title "lows of the venue's book", \
     csv using 1:4 with steps lw 2 title "floored at 0.95", \
     csv using 1:5 with steps lw 2 title "median of venue, pool and redemption", \
     csv using 1:6 with steps lw 2 dashtype 2 title "redemption", \
     0.88 with lines lw 1 dashtype 3 title "a 5x loop dies", \
     0.7333 with lines lw 1 dashtype 3 title "a 3x loop dies", \
     0.66 with lines lw 1 dashtype 3 title "a 2.5x loop dies"
