# Calls of OpenSSL whose result is dropped, or taken for true or false: 0 and
# -1 both are failures of some.  Each has to be compared with its success
# value, or assigned to what is compared then; those that only look something
# up, that free, or that return nothing, are named below.
BEGIN {
	call = "(ACCESS|ASN1|AUTHORITY|BIO|BN|CRL|CRYPTO|DIST|EC|ECDSA|ERR|" \
	    "EVP|GENERAL|OBJ|OCSP|OPENSSL|OSSL|PEM|PKCS12|PKCS8|RAND|RSA|" \
	    "UI|X509|X509V3|d2i|i2d|sk_[A-Z])[A-Za-z0-9]*_[A-Za-z0-9_]+" \
	    "[ \n\t]*\\("
	compared = "^[ \n\t)]*(==|!=|<=|>=|<|>)[ \n\t]*" \
	    "(1|0|-1|NULL|NID_|X509_V_|OCSP_RESP|V_ASN1|\\(int\\)|len|bits|" \
	    "KEY_RSA|PEM_R_)"
	# To be not 0 or not -1 says it of those that look up or order alone.
	zero = "^[ \n\t)]*(==|!=)[ \n\t]*(0|-1)[^0-9]"
	orders = "(_cmp|_compare|memcmp|_num|_count|_status|_by_NID|_by_cert|" \
	    "_by_serial|_sort|_peek_error|_peek_last_error)$|^UI_method_set_"
	sizes = "(_sign|_push|_cmp|_compare|_num|_num_bits|_num_bytes|" \
	    "_get_(bits|size|pathlen|block_size|security_bits|ext_count)|" \
	    "_print_ex|vprintf|_read|hex2bn|_count|obj2txt)$|^i2d_"
	# Macros of ours, and what cannot fail or has no result.
	free = "(free|_FREE|cleanse|clear_error|RSA_PKCS|RSA_PSS|ITEM_rptr)"
	looks = "(_get|_get0|_get1|_getm|_cmp|_memcmp|_num|_count|_length|" \
	    "_value|_value_one|_type|_type_str|_status|GET_REASON|_peek_error|" \
	    "_peek_last_error|_error_string|SSL_info|_num_bits|_num_bytes|" \
	    "_s_mem|_s_secmem|_sha1|_sha256|_sha384|_sha512|_cbc|nid2sn|" \
	    "nid2ln|obj2nid|get_digestbyname|_aes_[0-9a-z_]*)$"
	pointers = "(_new|_dup|_Q_keygen|nid2obj|_getm_notBefore|" \
	    "_getm_notAfter|_ext_d2i|bn2hex)$"
	# Getters whose result says whether they got it.
	getfails = "(_param|_params|_raw_public_key|_raw_private_key|" \
	    "_group_name|_signature_info|_get0_signer|_get0_info|" \
	    "_get_object|_u?int64|_get0_der|_get0_by_cert|" \
	    "_get0_by_serial|_get1_PKEY|_get1_basic|_d2i)$"
	nothing = "^(X509_VERIFY_PARAM_set_(depth|auth_level|hostflags|time)|" \
	    "X509_STORE_(CTX_)?set_(verify_cb|error|error_depth|app_data|" \
	    "check_crl|cert_crl|lookup_crls|flags|current_cert)|" \
	    "X509_STORE_CTX_set0_(crls|trusted_stack|untrusted)|" \
	    "GENERAL_NAME_set0_value|UI_set_default_method|ERR_raise|" \
	    "ERR_set_mark|ERR_pop_to_mark|OCSP_resp_.*|" \
	    "OSSL_PARAM_construct_.*|BIO_set_flags|PKCS12_SAFEBAG_.*|" \
	    "sk_[A-Z0-9_]+_(value|num|set_cmp_func|sort))$"
}
# Is what a call's result went to, the variable v, taken for true or false in
# the text that follows?
function as_truth(v, s,		n) {
	s = substr(s, 1, 400)
	if ((n = match(s, "[^A-Za-z0-9_>.]" v "[ \t]*=[^=]")) > 0)
		s = substr(s, 1, n)
	if ((n = match(s, "\n}")) > 0)
		s = substr(s, 1, n)
	return (s ~ ("(if|while)[ \n\t]*\\(!?" v "[ \n\t]*(\\)|&&|\\|\\|)") ||
	    s ~ ("(&&|\\|\\|)[ \n\t]*!?" v "[ \n\t]*(\\)|&&|\\|\\|)") ||
	    s ~ ("[(=][ \n\t]*!?" v "[ \n\t]*\\?"))
}
# What follows the call, and what stands before it; 1: it is well.
function fine(name, before, after, rest,	v) {
	if (before ~ /[A-Za-z0-9_]$/ || name ~ free || name ~ looks ||
	    (name ~ /_get[0-9]?_/ && name !~ getfails) || name ~ nothing || before ~ /\(void\)$/)
		return (1)
	# A pointer may be an argument: who takes it looks for NULL.
	if (name ~ pointers && (before ~ /([A-Za-z0-9_]\(|[,:?])[ \n\t]*$/ ||
	    after ~ /^[ \n\t]*,/))
		return (1)
	# A branch of ?: is compared behind it.
	if (before ~ /[^ \n\t][ \n\t]*[:?][ \n\t]*$/)
		return (substr(rest, 1, 200) ~ /(==|!=)[ \n\t]*1[^0-9]/)
	# Who returns 1 is not asked for more than 0, nor for not 0.
	if ((after ~ /^[ \n\t)]*(<=|>=|<|>)/ && name !~ sizes) ||
	    (after ~ zero && name !~ orders))
		return (0)
	if (after ~ compared)
		return (1)
	if (before ~ /[^=!<>]=[ \n\t]*(\([a-z_ ]*\))?$/) {
		v = before
		sub(/[ \n\t]*=[ \n\t]*(\([a-z_ ]*\))?$/, "", v)
		sub(/.*[^A-Za-z0-9_]/, "", v)
		return (after !~ /^[ \n\t]*(\?|&&|\|\|)/ &&
		    !(after ~ /^;/ && as_truth(v, rest)))
	}
	# A pointer that is handed on.
	return (name ~ /(_dup|_Q_keygen|_new_raw_[a-z_]*_key_ex)$/ &&
	    before ~ /return[ \n\t]*\($/)
}
function look(file, s,		at, name, i, c, dep, after, before) {
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", s)
	while (match(s, call)) {
		at = RSTART
		name = substr(s, at, RLENGTH - 1)
		gsub(/[ \n\t]/, "", name)
		before = substr(s, at > 60 ? at - 60 : 1, at > 60 ? 60 : at - 1)
		s = substr(s, at + RLENGTH)
		dep = 1
		for (i = 1; dep > 0 && i <= length(s); i++) {
			c = substr(s, i, 1)
			dep += (c == "(") - (c == ")")
		}
		after = substr(s, i, 40)
		calls++
		if (fine(name, before, after, substr(s, i)))
			continue
		gsub(/[ \n\t]+/, " ", after)
		print file ": " name "(...)" after
	}
}
FNR == 1 && NR > 1 {
	look(last, text)
	text = ""
}
{
	last = FILENAME
	if ($0 !~ /^#/)
		text = text "\n" $0
}
END {
	look(last, text)
	print "# " calls " calls of OpenSSL" >"/dev/stderr"
}
