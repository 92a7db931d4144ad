# What each stage took of a long of 1,500 BTC: gnuplot -e "csv='waterfall.csv'; svg='waterfall.svg'" waterfall.gp
set datafile separator ","
set terminal svg size 900,520 font "sans,13" background "white"
set output svg
set title "1,500 BTC liquidated in five scenes: what each stage took, and the account's equity after it"
set xlabel "scene: stage"
set ylabel "BTC closed"
set y2label "equity afterwards, million USDT"
set yrange [0:2000]
set y2range [-2:6]
set ytics nomirror
set y2tics
set style fill solid 0.7
set boxwidth 0.6
set xtics rotate by -35 left
set key top right
set grid y
btc(stage, done) = stage eq "deficit" || stage eq "socialised" ? 0 : done
plot csv every ::1 using 0:(btc(strcol(4), column(7))):xtic(strcol(1).": ".strcol(4)) with boxes title "closed, BTC", \
     csv every ::1 using 0:(column(10) / 1e6) axes x1y2 with linespoints pt 7 title "equity afterwards"
