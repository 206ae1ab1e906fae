# keys.awk KEYS PAGE: whether the page has a paragraph for each key of each
# map (`tmd-policy -K`), at the map's place and with the words that it may be.
BEGIN {
	FS = "\t"
	top = "THE TOP OF THE FILE"
	place["the top of the file"] = top
	place["a tunnel"] = "TUNNELS"
	place["a child"] = "CHILDREN"
	place["an ike policy"] = place["a child policy"] = "POLICIES"
	place["policies"] = "POLICIES"
	place["local and remote of a tunnel"] = "TUNNELS/local"
	place["auth"] = "TUNNELS/remote/auth"
	place["dpd"] = "TUNNELS/dpd"
	place["an authority"] = top "/authorities"
	place["ldap"] = top "/fetch/ldap"
	place["sa"] = place["in and out of sa"] = "CHILDREN/sa"
	place["a rule of filters"] = place["dynamic"] = "FILTERS"
}
# A map without a row above is one of the top.
function at(map) {
	return map in place ? place[map] : top "/" map
}
FNR == 1 { file++ }
file == 1 && $3 == "built" {
	n = split($2, w, ":")
	key = at($1) "/" w[1]
	if (n == 1)
		want[key] = 1
	else if (w[2] !~ /^(true|false)$/)
		words[key] = words[key] " " w[2]
}
file == 1 {
	known[at($1) "/" $2] = 1
	if ($1 ~ /^local and remote/)
		want["TUNNELS/remote/" $2] = known["TUNNELS/remote/" $2] = 1
	next
}
/^\.Sh / {
	section = substr($0, 5)
	depth = 0
}
/^\.Bl/ { item[++depth] = "" }
/^\.El/ { depth-- }
/^\.It / {
	split($0, f, " ")
	item[depth] = f[2] == "Ic" ? f[3] : ""
	path = section
	for (i = 1; i <= depth; i++)
		path = path "/" item[i]
	if (f[2] == "Ic") {
		have[path] = 1
		if (path ~ /^(THE TOP|POLICIES|TUNNELS|CHILDREN|FILTERS)/ &&
		    !(path in known))
			print "no such key: " path
	}
}
{	# The text of a paragraph and of those in it.
	path = section
	for (i = 1; i <= depth; i++) {
		path = path "/" item[i]
		text[path] = text[path] " " $0 " "
	}
}
END {
	for (k in want)
		if (!(k in have))
			print "no paragraph: " k
	for (k in words) {
		n = split(words[k], w, " ")
		for (i = 1; i <= n; i++)
			if (index(text[k], " " w[i] " ") == 0)
				print "not in its paragraph: " k ": " w[i]
	}
	if (!("TUNNELS/remote/auth/cert" in want))
		print "no keys were given"
}
