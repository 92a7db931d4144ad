# What each stage took of a long of 1,500 BTC: gnuplot -e "csv='waterfall.csv'; svg='waterfall.svg'" waterfall.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "1,500 BTC liquidated: what each stage took, and the account's equity after it"
set ylabel "BTC"
set y2label "equity afterwards, million USDT"
set yrange [0:1700]
set y2range [-2:6]
set ytics nomirror
set y2tics
set style fill solid 0.7
set boxwidth 0.6
set xtics rotate by -30 right
set key top right
set grid y
set bmargin 9
plot csv every ::1 using 0:($6 > 10000 ? NaN : $6):xtic(strcol(1)[1:18].": ".strcol(3)) with boxes title "closed, BTC", \
     csv every ::1 using 0:($9 / 1e6) axes x1y2 with linespoints pt 7 title "equity afterwards"
