package accesslog

// parseServer reads a line of a web server in the common or combined log format, with
// the seconds that the request took in a field after it or not, or one of a Classic
// Load Balancer.
// Source: Apache HTTP Server 2.4, mod_log_config; AWS, "Access logs for your Classic
// Load Balancer".
func parseServer(line []byte, r *Record) string {
	if len(line) > 10 && line[4] == '-' && line[10] == 'T' {
		return parseClassic(line, r)
	}
	open := indexByte(line, '[')
	if open < 0 || len(line) < open+28 || line[open+27] != ']' {
		if f := (fields{line}); isALB(f.next()) {
			return "a line of an Application Load Balancer: import alb-logs"
		}
		return "not a line of a web server: there must be a time such as [01/Aug/1995:00:00:01 -0400]"
	}
	at, ok := serverStamp(line[open+1 : open+27])
	if !ok {
		return "the time must be such as [01/Aug/1995:00:00:01 -0400]"
	}
	rest := line[open+28:]
	if len(rest) < 2 || rest[0] != ' ' {
		return "the line ends before the request"
	}
	f := fields{rest[1:]}
	request := f.next()
	r.Status = f.status()
	if r.Status == 0 || len(f.rest) == 0 {
		return "the request must be followed by its status and its bytes"
	}
	r.Received = 0
	if r.Sent, ok = f.bytes(); !ok {
		return "the bytes received and sent must be whole numbers"
	}
	r.setRequest(request)
	r.At, r.Coarse, r.Target, r.Whole = at, true, unknown, unknown
	for field := f.next(); field != nil; field = f.next() {
		if took, ok := micros(field); ok && indexByte(field, '.') > 0 {
			r.Target, r.Whole = took, took
			break
		}
	}
	return ""
}

// parseClassic reads a line of a Classic Load Balancer: its time is when the load
// balancer received the request.
func parseClassic(line []byte, r *Record) string {
	f := fields{line}
	at, ok := f.time(&r.minute)
	if !ok {
		return "the first field is no time"
	}
	f.skip(3) // load balancer, client, target
	before, a := f.seconds()
	target, b := f.seconds()
	after, c := f.seconds()
	if !a || !b || !c {
		return "the processing times (fields 5 to 7) must be seconds, or -1"
	}
	r.Status = f.status()
	f.skip(1) // status of the target
	if why := r.setBytes(&f); why != "" {
		return why
	}
	r.setRequest(f.next())
	r.At, r.Coarse, r.Target, r.Whole = at, false, target, unknown
	if before >= 0 && target >= 0 && after >= 0 {
		r.Whole = before + target + after
	}
	return ""
}
