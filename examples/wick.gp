# What came to a bid in the sweep: gnuplot -e "csv='wick.csv'; svg='wick.svg'" wick.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "ATOM/USDT, 10 October 2025, 21:20:37.689 UTC: what one sell order brought to a resting bid"
set xlabel "limit of the bid, USDT"
set xrange [0:1.8]
set ylabel "ATOM that came to it"
set y2label "USDT"
set yrange [0:10000]
set y2range [0:16000]
set ytics nomirror
set y2tics
set key top left
set grid
plot csv using 1:2 with fsteps lw 3 title "first in its queue: ATOM", \
     csv using 1:4 axes x1y2 with points pt 7 ps 0.5 title "price of that at the bid's limit: USDT", \
     csv using 1:5 axes x1y2 with fsteps lw 2 dashtype 2 title "what it traded for in fact: USDT"
