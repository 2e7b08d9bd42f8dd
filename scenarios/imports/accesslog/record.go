package accesslog

// unknown is a time or a number that a line does not give.
const unknown = -1

// Record is what a line says of a request. The texts are parts of the line.
type Record struct {
	At       int64 // when it came, in microseconds since 1970
	Coarse   bool  // At is known to the second only
	Target   int64 // microseconds that the target took; -1 if unknown
	Whole    int64 // microseconds from its arrival to the end of its response; -1 if unknown
	Received int64 // bytes from the client
	Sent     int64 // bytes to the client
	Status   int   // code of the response; 0 if there was none
	Method   []byte
	Host     []byte // without the port; empty if the line names none
	Path     []byte // without the query; empty if the line names none

	minute minute // of the time that was read last
}

// Format is a kind of access log.
type Format struct {
	Name   string // of the command
	What   string // that the lines are about, in the plural
	Parse  func(line []byte, r *Record) (why string)
	Length int // of an ordinary line in bytes, about
}

// Formats lists the kinds.
func Formats() []Format {
	return []Format{
		{Name: "alb-logs", What: "requests", Parse: parseALB},
		{Name: "nlb-logs", What: "connections", Parse: parseNLB},
		{Name: "access-log", What: "requests", Parse: parseServer},
	}
}

// setRequest takes the request of a quoted field: method, address and protocol. The
// address may have spaces. Where it is "- http://host:80- " there was no request.
func (r *Record) setRequest(request []byte) {
	r.Method, r.Host, r.Path = nil, nil, nil
	first := indexByte(request, ' ')
	if first <= 0 {
		return
	}
	address := request[first+1:]
	if last := lastByte(address, ' '); last >= 0 {
		address = address[:last]
	}
	if r.Method = request[:first]; len(r.Method) == 1 && r.Method[0] == '-' {
		r.Method = nil
	}
	r.setAddress(address)
}

// setAddress takes the address of a request: http://host:port/path?query, or a path.
func (r *Record) setAddress(address []byte) {
	if end := indexByte(address, '?'); end >= 0 {
		address = address[:end]
	}
	if end := indexByte(address, '#'); end >= 0 {
		address = address[:end]
	}
	if len(address) == 0 {
		return
	}
	if address[0] == '/' {
		r.Path = address
		return
	}
	colon := indexByte(address, ':')
	if colon < 0 || len(address) < colon+3 || address[colon+1] != '/' || address[colon+2] != '/' {
		return
	}
	rest := address[colon+3:]
	slash := indexByte(rest, '/')
	if slash < 0 {
		slash = len(rest)
	} else {
		r.Path = rest[slash:]
	}
	r.Host = rest[:slash]
	if port := lastByte(r.Host, ':'); port >= 0 && lastByte(r.Host, ']') < port {
		r.Host = r.Host[:port]
	}
	if r.Method == nil { // no request
		r.Path, r.Host = nil, nil
	}
}
