package jetstream

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// startTimeout bounds how long the server of this process may take to recover
// its directory.
const startTimeout = 60 * time.Second

// startServer starts the server of this process.
func (c *Cluster) startServer() error {
	o := &c.options
	config := &server.Options{
		ServerName: "headroom", JetStream: true, NoSigs: true, NoLog: true,
		DontListen: o.Listen == "", Authorization: o.Token,
	}
	if o.Listen != "" {
		host, port, err := o.listenAddress()
		if err != nil {
			return err
		}
		config.Host, config.Port = host, port
		if port == 0 {
			config.Port = server.RANDOM_PORT
		}
		if config.TLSConfig, err = o.serverTLS(); err != nil {
			return err
		}
		config.TLS, config.TLSVerify = config.TLSConfig != nil, o.CA != ""
		config.TLSTimeout = 5
	}
	if err := c.takeDir(); err != nil {
		return err
	}
	config.StoreDir = c.dir
	s, err := server.NewServer(config)
	if err != nil {
		return fmt.Errorf("starting a server: %w", err)
	}
	told := &serverLog{cluster: c}
	s.SetLoggerV2(told, false, false, false)
	c.server = s
	s.Start()
	for end := time.Now().Add(startTimeout); !s.ReadyForConnections(100 * time.Millisecond); {
		if told.gaveUp() || time.Now().After(end) {
			return fmt.Errorf("starting a server: %s", told.why())
		}
	}
	if o.Listen != "" {
		c.address = serverAddress(s, config.TLS)
	}
	return nil
}

// takeDir makes sure that there is a directory and that no other process has it.
func (c *Cluster) takeDir() error {
	c.dir = c.options.Dir
	var err error
	if c.dir == "" {
		if c.dir, err = os.MkdirTemp("", "headroom-"); err != nil {
			return fault("dir", "%v", err)
		}
		c.temporary = true
		return nil
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fault("dir", "%v", err)
	}
	if c.lock, err = lockFile(filepath.Join(c.dir, "lock")); err != nil {
		return fault("dir", "%s is in use by another process, or cannot be written: %v", c.dir, err)
	}
	return nil
}

// stopServer ends the server and gives its directory back.
func (c *Cluster) stopServer() error {
	if c.server != nil {
		c.server.Shutdown()
		c.server.WaitForShutdown()
	}
	if c.lock != nil {
		c.lock.Close()
	}
	if c.temporary {
		return os.RemoveAll(c.dir)
	}
	return nil
}

// serverAddress returns what a worker connects to.
func serverAddress(s *server.Server, secure bool) string {
	scheme := "nats://"
	if secure {
		scheme = "tls://"
	}
	at, ok := s.Addr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	host := at.IP.String()
	if at.IP.IsUnspecified() { // every interface: other machines know this one by name
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	return scheme + net.JoinHostPort(host, strconv.Itoa(at.Port))
}

// inProcess connects a client to the server without a socket.
func (c *Cluster) inProcess() nats.Option { return nats.InProcessServer(c.server) }
