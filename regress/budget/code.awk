# Counts lines of code: what is neither blank nor comment.
{ s=$0 }
inblk { if (match(s,/\*\//)) { s=substr(s,RSTART+2); inblk=0 } else next }
{ while (match(s,/\/\*/)) { pre=substr(s,1,RSTART-1); rest=substr(s,RSTART+2); if (match(rest,/\*\//)) s=pre substr(rest,RSTART+2); else { s=pre; inblk=1; break } } 
 if (s ~ /[^ \t]/) n++ }
END { print n }
