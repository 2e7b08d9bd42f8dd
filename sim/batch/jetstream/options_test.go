package jetstream

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// certificates writes an authority and a certificate of this machine signed by it.
func certificates(t *testing.T) (ca, certificate, key string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	authorityKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	ca = write("ca.pem", "CERTIFICATE", must(x509.CreateCertificate(rand.Reader, authority, authority, &authorityKey.PublicKey, authorityKey)))
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "headroom"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	leafKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	certificate = write("cert.pem", "CERTIFICATE", must(x509.CreateCertificate(rand.Reader, leaf, authority, &leafKey.PublicKey, authorityKey)))
	key = write("key.pem", "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(leafKey)))
	return ca, certificate, key
}

func TestOptionsThatCannotBeRightAreFaults(t *testing.T) {
	t.Parallel()
	ca, certificate, key := certificates(t)
	garbage := filepath.Join(t.TempDir(), "garbage.pem")
	if err := os.WriteFile(garbage, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]Options{
		"url: must be like nats://host:4222":                                                    {URL: "nats://:s3cret@"},
		"url: must start with nats://, tls://, ws:// or wss://, got ftp://":                     {URL: "ftp://h:1"},
		"url: has a user or a token; give no other":                                             {URL: "nats://u:s3cret@h:1", Token: "s3cret"},
		"listen: the server at the url listens already":                                         {URL: "nats://h:1", Listen: ":0"},
		"dir: the server at the url has":                                                        {URL: "nats://h:1", Dir: "x"},
		"insecure: means something for listen only":                                             {URL: "nats://h:1", Insecure: true},
		"credentials: give a token or a file":                                                   {URL: "nats://h:1", Token: "s3cret", Credentials: "c"},
		"credentials: /none/c: no such file":                                                    {URL: "nats://h:1", Credentials: "/none/c"},
		"credentials: needs a url":                                                              {Credentials: "c"},
		"token: needs listen or a url":                                                          {Token: "s3cret"},
		"ca: needs listen or a url":                                                             {CA: ca},
		"certificate: needs listen or a url":                                                    {Certificate: certificate, Key: key},
		"insecure: needs listen or a url":                                                       {Insecure: true},
		"certificate: a certificate needs its key":                                              {Listen: "127.0.0.1:0", Certificate: certificate},
		"ca: a server that checks certificates needs one of its own":                            {Listen: "127.0.0.1:0", CA: ca},
		"listen: must be host:port, got \"4222\"":                                               {Listen: "4222"},
		"listen: port must be 0 to 65535, got \"70000\"":                                        {Listen: "127.0.0.1:70000"},
		"listen: port must be 0 to 65535, got \"x\"":                                            {Listen: "127.0.0.1:x"},
		"listen: others can reach 0.0.0.0:0, if only users of this machine: it needs a token":   {Listen: "0.0.0.0:0"},
		"listen: others can reach :0, if only users of this machine: it needs a token":          {Listen: ":0", Insecure: true},
		"listen: others can reach 127.0.0.1:0, if only users of this machine: it needs a token": {Listen: "127.0.0.1:0"},
		"listen: :0 can be reached from other machines: it needs a certificate and its key":     {Listen: ":0", Token: "s3cret"},
		"certificate: /none: no such file":                                                      {Listen: "127.0.0.1:0", Token: "s3cret", Certificate: "/none", Key: "/none"},
		"ca: " + garbage + " holds no certificate":                                              {Listen: "127.0.0.1:0", Token: "s3cret", Certificate: certificate, Key: key, CA: garbage},
		"ca: /none: no such file":                                                               {URL: "tls://h:1", CA: "/none"},
	} {
		_, err := Open(t.Context(), o)
		fault := (*Fault)(nil)
		if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%+v\ngot  %v\nwant %s", o, err, want)
		}
	}
}

func TestServerThatCannotBeReachedIsOneSentence(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	_, err = Open(t.Context(), Options{URL: "nats://me:s3cret@" + closed.Addr().String(), Patience: time.Millisecond})
	want := "no server answers at nats://" + closed.Addr().String() + " within 1ms: "
	if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	begin := time.Now()
	if _, err = Open(t.Context(), Options{Listen: taken.Addr().String(), Token: "s3cret"}); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v to see that the port is taken", took)
	}
	dir := t.TempDir()
	open(t, Options{Dir: dir})
	if _, err := Open(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "is in use by another process") {
		t.Errorf("got %v", err)
	}
}

// With token and TLS a job is done; without either, or with a wrong one, nobody
// comes in, and no text has the token.
func TestOnlyThoseWhoMayComeIn(t *testing.T) {
	t.Parallel()
	ca, certificate, key := certificates(t)
	var log logged
	c := open(t, Options{Listen: "127.0.0.1:0", Token: "s3cret", CA: ca, Certificate: certificate, Key: key, Log: log.add})
	if !strings.HasPrefix(c.Address(), "tls://127.0.0.1:") {
		t.Fatalf("listens at %s", c.Address())
	}
	for name, o := range map[string]Options{
		"no token":       {CA: ca, Certificate: certificate, Key: key},
		"a wrong token":  {CA: ca, Certificate: certificate, Key: key, Token: "s3cret!"},
		"no authority":   {Certificate: certificate, Key: key, Token: "s3cret"},
		"no certificate": {CA: ca, Token: "s3cret"},
	} {
		o.URL, o.Log, o.Patience = c.Address(), log.add, time.Second
		begin := time.Now()
		other, err := Open(t.Context(), o)
		if err == nil {
			other.Close()
			t.Errorf("%s: comes in", name)
			continue
		}
		if strings.Contains(err.Error(), "s3cret") || time.Since(begin) > 5*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(begin))
		}
	}
	friend := open(t, Options{URL: c.Address(), Token: "s3cret", CA: ca, Certificate: certificate, Key: key, Log: log.add})
	var n atomic.Int64
	background(t, friend, works(0, &n))
	s := newNumbers(20)
	if err := c.Do(t.Context(), job("a"), s); err != nil {
		t.Fatal(err)
	}
	s.check(t)
	address := must(url.Parse(c.Address()))
	inURL := open(t, Options{URL: fmt.Sprintf("tls://s3cret@%s", address.Host), CA: ca, Certificate: certificate, Key: key})
	if inURL.Address() != c.Address() {
		t.Errorf("calls the server %s", inURL.Address())
	}
	if strings.Contains(log.text(), "s3cret") {
		t.Errorf("the log has the token:\n%s", log.text())
	}
}

func TestCredentialsAreScrubbed(t *testing.T) {
	t.Parallel()
	o := Options{URL: "nats://me:p%40ss@h:1,nats://toke-n@h:2"}
	s := newScrubber(o.secrets())
	text := "me:p%40ss, p@ss, toke-n, me"
	if got := s.clean(text); got != "***, ***, ***, me" {
		t.Errorf("%q became %q", text, got)
	}
	inner := errors.New("no")
	if err := s.error(fmt.Errorf("p@ss: %w", inner)); err.Error() != "***: no" || !errors.Is(err, inner) {
		t.Errorf("got %v", err)
	}
}
