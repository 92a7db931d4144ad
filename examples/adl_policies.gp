# Who pays under each policy, and what is left: gnuplot -e "csv='adl_policies.csv'; svg='adl_policies.svg'" adl_policies.gp
set datafile separator ","
set terminal svg size 900,640 font "sans,13" background "white"
set output svg
set multiplot layout 2,1 title "One deficit, seven policies"
set style fill solid 0.7
set boxwidth 0.35
set xtics rotate by -20 left
set grid y
set key top right
set ylabel "share of the largest bearer, %"
plot csv every ::1::7 using ($0-0.2):(100*$4):xtic(1) with boxes title "of nobody more than his equity pays for", \
     csv every ::8::14 using ($0+0.2):(100*$4) with boxes title "whatever becomes of him"
set ylabel "accounts below zero"
set y2label "largest leverage of the others"
set ytics nomirror
set y2tics
set y2range [0:*]
plot csv every ::8::14 using 0:12:xtic(1) with boxes title "below zero, not spared", \
     csv every ::1::7 using 0:10 axes x1y2 with points pt 7 title "largest leverage, spared"
unset multiplot
