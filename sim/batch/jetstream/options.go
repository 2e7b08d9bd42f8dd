package jetstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options say which server carries the tasks. The zero Options start one inside
// this process, without a socket, that forgets everything when it is closed.
type Options struct {
	// URL names servers that are running already, separated by commas:
	// nats://host:4222, tls://host:4222, ws://host or wss://host, each with
	// user:password@ or token@ before the host if need be. Empty means to start a
	// server in this process.
	URL string
	// Listen is the host:port at which the server of this process lets workers of
	// other processes in. Port 0 takes a free one; see [Cluster.Address]. Empty
	// means no socket at all.
	Listen string
	// Insecure tells that the network is trusted, so that Listen at an address
	// beyond this machine needs no TLS. It needs a token all the same.
	Insecure bool
	// Dir is where the server of this process keeps what it must not forget. Empty
	// means a temporary directory, removed by Close.
	Dir string

	// Token is what the server asks for, and what Listen demands. TokenFile is a file
	// that has it, and that other users of the machine cannot read.
	Token, TokenFile string

	Credentials string // file of NATS credentials (.creds); with URL only
	CA          string // file of certificates; by Listen, those that clients must be signed by
	Certificate string // file of the certificate of this side, the client's or, with Listen, the server's
	Key         string // file of its key

	// Name is what this process is called in the server's list of connections.
	Name string
	// Patience is how long Open tries to reach the server of URL: zero means five
	// seconds, less than zero for ever.
	Patience time.Duration
	// Log, if set, is told what a person would want to know: a lost connection, a
	// refused job, a task that failed. It may be called from several goroutines.
	Log func(string)

	beat     time.Duration // between two signs of life, for tests
	warnings []string      // that check found
}

// Fault is the error of an option that cannot be right. Nothing was started.
type Fault struct {
	Option string // the field of [Options], in lower case
	Rule   string // what is wrong with it
}

// Error returns option and rule; it never holds a credential.
func (f *Fault) Error() string { return f.Option + ": " + f.Rule }

func fault(option, rule string, arguments ...any) error {
	return &Fault{Option: option, Rule: fmt.Sprintf(rule, arguments...)}
}

// check finds the first fault, and the addresses of URL without credentials.
func (o *Options) check() error {
	if o.beat == 0 {
		o.beat = 2 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Second
	}
	if (o.Certificate == "") != (o.Key == "") {
		return fault("certificate", "a certificate needs its key, and a key its certificate")
	}
	if err := o.takeToken(); err != nil {
		return err
	}
	check := o.checkClient
	if o.URL == "" {
		check = o.checkServer
	}
	if err := check(); err != nil {
		return err
	}
	return o.checkFiles()
}

// checkClient checks the options of a connection with the server of URL.
func (o *Options) checkClient() error {
	switch {
	case o.Listen != "":
		return fault("listen", "the server at the url listens already")
	case o.Dir != "":
		return fault("dir", "the server at the url has a directory of its own")
	case o.Insecure:
		return fault("insecure", "means something for listen only")
	case o.Token != "" && o.Credentials != "":
		return fault("credentials", "give a token or a file of credentials, not both")
	}
	servers, err := parseURL(o.URL)
	if err != nil {
		return err
	}
	for _, u := range servers {
		if u.User != nil && (o.Token != "" || o.Credentials != "") {
			return fault("url", "has a user or a token; give no other credentials besides")
		}
	}
	if host := o.inTheClear(); host != "" {
		o.warnings = append(o.warnings, "the token goes to "+host+" in the clear, and whoever hears it may do anything there: use tls://")
	}
	return nil
}

// takeToken reads the token if a file has it.
func (o *Options) takeToken() error {
	if o.Token != "" && o.TokenFile != "" {
		return fault("token", "give a token or a file with it, not both")
	}
	if o.TokenFile != "" {
		token, warning, err := readToken(o.TokenFile)
		if err != nil {
			return fault("token", "%s: %v", o.TokenFile, err)
		}
		o.Token = token
		o.warn(warning)
	} else if err := checkToken(o.Token); err != nil {
		return fault("token", "%v", err)
	}
	return nil
}

// checkFiles makes sure that the files of secrets can be read, and by whom.
func (o *Options) checkFiles() error {
	for _, file := range []struct{ option, path string }{{"credentials", o.Credentials}, {"certificate", o.Key}} {
		if file.path == "" {
			continue
		}
		_, warning, err := readSecret(file.path)
		if err != nil {
			return fault(file.option, "%s: %v", file.path, err)
		}
		o.warn(warning)
	}
	return nil
}

func (o *Options) warn(text string) {
	if text != "" {
		o.warnings = append(o.warnings, text)
	}
}

// checkServer checks the options of a server in this process.
func (o *Options) checkServer() error {
	if o.Credentials != "" {
		return fault("credentials", "needs a url: the server of this process knows tokens only")
	}
	if o.Listen == "" {
		for option, value := range o.socketOnly() {
			if value {
				return fault(option, "needs listen or a url: nothing is sent over a network")
			}
		}
		return nil
	}
	host, _, err := o.listenAddress()
	switch {
	case err != nil:
		return err
	case o.CA != "" && o.Certificate == "":
		return fault("ca", "a server that checks certificates needs one of its own")
	case o.Token == "":
		return fault("listen", "others can reach %s, if only users of this machine: it needs a token", o.Listen)
	case loopback(host):
		return nil
	case o.Certificate == "" && !o.Insecure:
		return fault("listen", "%s can be reached from other machines: it needs a certificate and its key, unless the network is trusted", o.Listen)
	}
	return nil
}

// socketOnly yields the options that mean nothing without a socket.
func (o *Options) socketOnly() func(yield func(string, bool) bool) {
	return func(yield func(string, bool) bool) {
		_ = yield("token", o.Token != "") && yield("ca", o.CA != "") &&
			yield("certificate", o.Certificate != "") && yield("insecure", o.Insecure)
	}
}

// listenAddress splits Listen.
func (o *Options) listenAddress() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return "", 0, fault("listen", "must be host:port, got %q", o.Listen)
	}
	port, err = strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fault("listen", "port must be 0 to 65535, got %q", text)
	}
	return host, port, nil
}

// loopback tells whether nobody but this machine can reach host.
func loopback(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	if host == "" {
		return false // every interface
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	found, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil || len(found) == 0 {
		return false
	}
	for _, ip := range found {
		if !ip.IP.IsLoopback() {
			return false
		}
	}
	return true
}

// parseURL splits a list of servers. Its errors never repeat the text, which may
// hold credentials.
func parseURL(text string) ([]*url.URL, error) {
	var servers []*url.URL
	for _, one := range strings.Split(text, ",") {
		one = strings.TrimSpace(one)
		if !strings.Contains(one, "://") {
			one = "nats://" + one
		}
		u, err := url.Parse(one)
		if err != nil || u.Hostname() == "" {
			return nil, fault("url", "must be like nats://host:4222")
		}
		switch u.Scheme {
		case "nats", "tls", "ws", "wss":
		default:
			return nil, fault("url", "must start with nats://, tls://, ws:// or wss://, got %s://", u.Scheme)
		}
		servers = append(servers, u)
	}
	return servers, nil
}

// bare returns the servers without credentials.
func bare(servers []*url.URL) string {
	var texts []string
	for _, u := range servers {
		texts = append(texts, u.Scheme+"://"+u.Host)
	}
	return strings.Join(texts, ",")
}

// clientTLS returns what a client of the server at URL needs, nil if nothing.
func (o *Options) clientTLS() (*tls.Config, error) {
	if o.CA == "" && o.Certificate == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	var err error
	if config.RootCAs, err = o.authorities(); err != nil {
		return nil, err
	}
	if o.Certificate != "" {
		pair, err := o.pair()
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// serverTLS returns the TLS of Listen, nil if it has none.
func (o *Options) serverTLS() (*tls.Config, error) {
	if o.Certificate == "" {
		return nil, nil
	}
	pair, err := o.pair()
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if o.CA != "" {
		if config.ClientCAs, err = o.authorities(); err != nil {
			return nil, err
		}
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config, nil
}

// pair reads certificate and key.
func (o *Options) pair() (tls.Certificate, error) {
	certificate, err := readPublic(o.Certificate, largestSecret)
	if err != nil {
		return tls.Certificate{}, fault("certificate", "%s: %v", o.Certificate, err)
	}
	key, _, err := readSecret(o.Key)
	if err != nil {
		return tls.Certificate{}, fault("certificate", "%s: %v", o.Key, err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return pair, fault("certificate", "%s, %s: %v", o.Certificate, o.Key, err)
	}
	return pair, nil
}

// largestAuthorities bounds CA: those of a whole system are a quarter of a MiB.
const largestAuthorities = 4 << 20

// authorities reads CA, nil if there is none.
func (o *Options) authorities() (*x509.CertPool, error) {
	if o.CA == "" {
		return nil, nil
	}
	text, err := readPublic(o.CA, largestAuthorities)
	if err != nil {
		return nil, fault("ca", "%s: %v", o.CA, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault("ca", "%s holds no certificate", o.CA)
	}
	return pool, nil
}

// secrets returns all texts that must not be shown, longest first.
func (o *Options) secrets() []string {
	found := []string{o.Token}
	servers, _ := parseURL(o.URL)
	for _, u := range servers {
		if u.User == nil {
			continue
		}
		password, both := u.User.Password()
		found = append(found, u.User.String(), password, url.QueryEscape(password))
		if !both { // the user is a token
			found = append(found, u.User.Username(), url.QueryEscape(u.User.Username()))
		}
	}
	return found
}
