package accesslog

// parseALB reads a line of an Application Load Balancer: at least the 17 fields that
// its logs began with; arrival is request_creation_time, the 22nd field, or in older
// lines the time of the response less the three processing times.
// Source: AWS, "Access logs for your Application Load Balancer", Access log entries.
func parseALB(line []byte, r *Record) string {
	f := fields{line}
	if kind := f.next(); !isALB(kind) {
		return notALB(line)
	}
	ended, ok := f.time(&r.minute)
	if !ok {
		return "the second field is no time"
	}
	f.skip(3) // load balancer, client, target
	before, a := f.seconds()
	target, b := f.seconds()
	after, c := f.seconds()
	if !a || !b || !c {
		return "the processing times (fields 6 to 8) must be seconds, or -1"
	}
	r.Status = f.status()
	f.skip(1) // status of the target
	if why := r.setBytes(&f); why != "" {
		return why
	}
	request := f.next()
	if request == nil {
		return "the line ends before the request"
	}
	r.setRequest(request)
	r.Coarse, r.Target, r.Whole = false, target, unknown
	taken := max(before, 0) + max(target, 0) + max(after, 0)
	if before >= 0 && target >= 0 && after >= 0 {
		r.Whole = taken
	}
	f.skip(8)
	if at, ok := f.time(&r.minute); ok {
		r.At = at
		return ""
	}
	r.At = max(0, ended-taken)
	return ""
}

// isALB reports whether a line begins as those of an Application Load Balancer do.
func isALB(kind []byte) bool {
	switch string(kind) {
	case "http", "https", "h2", "grpcs", "ws", "wss":
		return true
	}
	return false
}

// notALB says what a line is instead.
func notALB(line []byte) string {
	f := fields{line}
	first := f.next()
	if _, ok := stamp(first); ok {
		return "a connection log of an Application Load Balancer, or a Classic one's access log (import access-log), not an ALB access log"
	}
	if string(first) == "tls" {
		return "a line of a Network Load Balancer: import nlb-logs"
	}
	return "not a line of an ALB access log: it must begin with http, https, h2, grpcs, ws or wss"
}

// setBytes takes what was received and sent, the next two fields.
func (r *Record) setBytes(f *fields) string {
	var a, b bool
	r.Received, a = f.bytes()
	r.Sent, b = f.bytes()
	if !a || !b {
		return "the bytes received and sent must be whole numbers"
	}
	return ""
}

// status reads the next field as the code of a response, 0 for none.
func (f *fields) status() int {
	n, ok := f.number()
	if !ok || n > 999 {
		return 0
	}
	return int(n)
}

// parseNLB reads a line of a Network Load Balancer, which logs connections of its TLS
// listeners: arrival is tls_connection_creation_time, the 22nd field, or in older lines
// the end of the connection less its duration.
// Source: AWS, "Access logs for your Network Load Balancer", Access log entries.
func parseNLB(line []byte, r *Record) string {
	f := fields{line}
	if string(f.next()) != "tls" {
		if g := (fields{line}); isALB(g.next()) {
			return "a line of an Application Load Balancer: import alb-logs"
		}
		return "not a line of an NLB access log: it must begin with tls"
	}
	f.skip(1) // version
	ended, ok := stamp(f.next())
	if !ok {
		return "the third field is no time"
	}
	f.skip(4) // load balancer, listener, client, destination
	milliseconds, ok := whole(f.next())
	if !ok {
		milliseconds = 0
	}
	f.skip(1) // handshake
	if why := r.setBytes(&f); why != "" {
		return why
	}
	f.skip(6)
	r.Host = f.next()
	if r.Host == nil {
		return "the line ends before the name of the domain"
	}
	if string(r.Host) == "-" {
		r.Host = nil
	}
	r.Coarse, r.Method, r.Path, r.Status = true, nil, nil, 0
	r.Target, r.Whole = unknown, milliseconds*1000
	f.skip(3)
	if at, ok := stamp(f.next()); ok {
		r.At = at
		return ""
	}
	r.At = max(0, ended-milliseconds*1000)
	return ""
}
