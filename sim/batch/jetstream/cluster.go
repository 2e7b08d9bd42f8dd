package jetstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Cluster is a connection to the server that carries tasks and answers, and the
// server itself if it runs in this process. Its methods may be called from
// several goroutines.
type Cluster struct {
	options  Options
	scrubber scrubber
	address  string

	server    *server.Server // nil unless in this process
	dir       string
	temporary bool
	lock      *os.File

	conn   *nats.Conn
	js     jetstream.JetStream
	closed chan struct{} // closed when the connection is given up
	again  pulse         // after each reconnection

	mu      sync.Mutex
	trouble map[string]time.Time // when each was told last
}

// Open connects to the server of URL, or starts one. Faults of the options come
// as [*Fault]. A server that cannot be reached within Options.Patience is an
// [*Unreachable]; one that refuses the credentials, or that has no JetStream, is
// an error at once.
func Open(ctx context.Context, o Options) (*Cluster, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &Cluster{options: o, scrubber: newScrubber(o.secrets()), closed: make(chan struct{}), trouble: map[string]time.Time{}}
	for _, text := range c.options.warnings {
		c.logf("%s", text)
	}
	if err := c.open(ctx); err != nil {
		c.Close()
		return nil, c.scrubber.error(err)
	}
	return c, nil
}

func (c *Cluster) open(ctx context.Context) error {
	if c.options.URL == "" {
		if err := c.startServer(); err != nil {
			return err
		}
	} else {
		servers, err := parseURL(c.options.URL)
		if err != nil {
			return err
		}
		c.address = bare(servers)
	}
	if err := c.connect(ctx); err != nil {
		return err
	}
	if c.server == nil && !c.conn.AuthRequired() && c.options.Certificate == "" {
		c.logf("%s asks nobody for a token: whoever reaches it may read and change what it carries", c.where())
	}
	return c.inspect(ctx)
}

// Address returns what a worker connects to, without credentials; empty if the
// server has no socket.
func (c *Cluster) Address() string { return c.address }

// Close hangs up, and stops the server if it runs in this process. Nothing of
// the cluster is under way any more when it returns. Do and Work must have
// returned.
func (c *Cluster) Close() error {
	if c.conn != nil {
		c.conn.Close()
		<-c.closed
	}
	return c.stopServer()
}

// connect tries until it succeeds, patience ends or trying again is futile.
func (c *Cluster) connect(ctx context.Context) error {
	options, err := c.connection()
	if err != nil {
		return err
	}
	end := time.Now().Add(c.options.Patience)
	for waiting := false; ; {
		c.conn, err = nats.Connect(c.options.URL, options...)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case futile(err):
			return fmt.Errorf("%s refuses the connection: %w", c.where(), err)
		case c.options.Patience > 0 && time.Now().After(end):
			return &Unreachable{c.where(), c.options.Patience, c.scrubber.error(err)}
		}
		if c.options.Patience < 0 && !waiting {
			waiting = true
			c.logf("no server answers at %s, waiting for one", c.where())
		}
		if !sleep(ctx, 250*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
}

// Unreachable is the error of a server that does not answer.
type Unreachable struct {
	Address  string
	Patience time.Duration // with which it was tried
	err      error
}

// Error says where there was no server, and for how long.
func (u *Unreachable) Error() string {
	return fmt.Sprintf("no server answers at %s within %v: %v", u.Address, u.Patience, u.err)
}

// Unwrap returns why the last try failed.
func (u *Unreachable) Unwrap() error { return u.err }

// connection returns the options of the connection.
func (c *Cluster) connection() ([]nats.Option, error) {
	o := &c.options
	options := []nats.Option{
		nats.Name(o.Name), nats.Timeout(2 * time.Second), nats.MaxReconnects(-1), nats.ReconnectWait(300 * time.Millisecond),
		nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(2),
		nats.ClosedHandler(func(*nats.Conn) { close(c.closed) }),
		nats.ReconnectHandler(func(*nats.Conn) { c.logf("connected again with %s", c.where()); c.again.send() }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				c.logf("lost the connection to %s: %v", c.where(), err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.seldom(err.Error()) }),
	}
	if o.Token != "" {
		options = append(options, nats.Token(o.Token))
	}
	if c.server != nil {
		return append(options, c.inProcess()), nil
	}
	if o.Credentials != "" {
		options = append(options, nats.UserCredentials(o.Credentials))
	}
	config, err := o.clientTLS()
	if err != nil {
		return nil, err
	}
	if config != nil {
		options = append(options, nats.Secure(config))
	}
	return options, nil
}

// futile tells whether trying again would meet the same refusal.
func futile(err error) bool {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var verification *tls.CertificateVerificationError
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked) ||
		errors.Is(err, nats.ErrSecureConnRequired) || errors.Is(err, nats.ErrSecureConnWanted) ||
		errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &verification) ||
		strings.Contains(strings.ToLower(err.Error()), "authorization violation")
}

// inspect makes sure that the server can do what is asked of it.
func (c *Cluster) inspect(ctx context.Context) error {
	if version := c.conn.ConnectedServerVersion(); older(version, 2, 9) {
		return fmt.Errorf("%s is nats-server %s, too old: 2.9 or later is needed", c.where(), version)
	}
	if size := c.conn.MaxPayload(); size < partSize+partSlack {
		return fmt.Errorf("%s takes messages of %d bytes at most (max_payload): %d are needed", c.where(), size, partSize+partSlack)
	}
	var err error
	if c.js, err = jetstream.New(c.conn); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, max(5*time.Second, c.options.Patience))
	defer cancel()
	_, err = c.js.AccountInfo(ctx)
	switch {
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount),
		errors.Is(err, nats.ErrNoResponders):
		return fmt.Errorf("%s runs without JetStream (start nats-server with --jetstream)", c.where())
	case err != nil:
		return fmt.Errorf("asking %s for JetStream: %w", c.where(), err)
	}
	return nil
}

// older tells whether a version is before major.minor. What is no version is not.
func older(version string, major, minor int) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	a, err1 := strconv.Atoi(first)
	b, err2 := strconv.Atoi(second)
	return err1 == nil && err2 == nil && (a < major || a == major && b < minor)
}

// where names the server in messages.
func (c *Cluster) where() string {
	if c.address == "" {
		return "the server of this process"
	}
	return c.address
}

// logf tells the log, without credentials.
func (c *Cluster) logf(format string, v ...any) {
	if c.options.Log != nil {
		c.options.Log(c.scrubber.clean(fmt.Sprintf(format, v...)))
	}
}

// troubleEvery is how often the same trouble is told.
const troubleEvery = time.Minute

// mostTroubles is how many troubles are remembered: others may word them.
const mostTroubles = 200

// waitFor tells what keeps something from going on that is tried again and again.
func (c *Cluster) waitFor(doing string, err error) {
	c.seldom(fmt.Sprintf("%s: %v; trying again", doing, err))
}

// seldom tells something that may happen often.
func (c *Cluster) seldom(text string) {
	c.mu.Lock()
	maps.DeleteFunc(c.trouble, func(_ string, told time.Time) bool { return time.Since(told) >= troubleEvery })
	_, known := c.trouble[text]
	if known = known || len(c.trouble) >= mostTroubles; !known {
		c.trouble[text] = time.Now()
	}
	c.mu.Unlock()
	if !known {
		c.logf("%s", text)
	}
}

// hangUp returns why nothing works any more.
func (c *Cluster) hangUp() error {
	if err := c.conn.LastError(); err != nil {
		return c.scrubber.error(fmt.Errorf("the connection to %s has ended: %w", c.where(), err))
	}
	return fmt.Errorf("the connection to %s has ended", c.where())
}

// sleep waits, and tells whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// pulse wakes everybody who waits for it.
type pulse struct {
	mu   sync.Mutex
	next chan struct{}
}

// wait returns a channel that the next send closes.
func (p *pulse) wait() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = make(chan struct{})
	}
	return p.next
}

func (p *pulse) send() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}
