package controlplane

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/sim"
)

// fileSystem is the billing of an EFS file system, and where its bytes are.
type fileSystem struct {
	cfg                  model.FileSystem // as it is now
	owner                int32
	record               int32 // open in the ledger
	standard, infrequent model.Bytes
	read, written        model.Bytes // that are billed, or known to the lifecycle, already
	crossed              model.Bytes // between zones, that are billed already
	touched              model.Bytes // since the lifecycle last looked, of what was there then
	grown                model.Bytes // in all
	fresh                model.Bytes // of that, in the Standard class since the lifecycle last looked
	changed              sim.Time    // its mode, or less throughput; -1: never
}

// settled is how long a mode, or less throughput, must stay (Amazon EFS User Guide,
// "Performance").
const settled = 24 * sim.Hour

func (cp *Plane) newFileSystems() error {
	for i, f := range cp.frame.FileSystems {
		cp.fileSystems = append(cp.fileSystems, fileSystem{
			cfg: f, owner: cp.ownerAt("file_system."+f.Name, f.Targets...), record: None, standard: f.Standard, infrequent: f.Infrequent, changed: -1,
		})
		cp.billFileSystem(i)
		if f.Lifecycle > 0 {
			cp.scheduleAfter(f.Lifecycle, indexed(filesAge, i))
		}
	}
	return nil
}

// billFileSystem records what a file system is from now on.
func (cp *Plane) billFileSystem(i int) {
	f, now := &cp.fileSystems[i], cp.kernel.Now()
	if f.record != None {
		cp.ledger.FileSystems[f.record].To = now
	}
	use := model.FileSystemUse{
		From: now, To: sim.Never, Owner: f.owner, OneZone: f.cfg.OneZone,
		Standard: f.standard, Infrequent: f.infrequent, Archived: f.cfg.Archived,
	}
	if f.cfg.Mode == model.Provisioned {
		use.ProvisionedMBps = max(0, float64(f.cfg.Throughput)-50*float64(f.standard)/1e12)
	}
	f.record = int32(len(cp.ledger.FileSystems))
	cp.ledger.FileSystems = append(cp.ledger.FileSystems, use)
}

// takeIOs records what was read and written since it was last asked. Bytes of all classes
// are as likely to be read.
func (cp *Plane) takeIOs(i int) {
	f, now := &cp.fileSystems[i], cp.kernel.Now()
	read, written, crossed := cp.data.FileSystemUse(i)
	if crossed > f.crossed {
		cp.ledger.Transfers = append(cp.ledger.Transfers, model.Transfer{From: now, To: now, Owner: f.owner, Path: model.CrossZone, Amount: crossed - f.crossed})
		f.crossed = crossed
	}
	u := model.FileIOUse{From: now, To: now, Owner: f.owner, Elastic: f.cfg.Mode == model.Elastic, Read: read - f.read, Written: written - f.written}
	if all := f.standard + f.infrequent; all > 0 {
		u.Infrequent = model.Bytes(float64(u.Read) * float64(f.infrequent) / float64(all))
	}
	f.read, f.written = read, written
	f.touched = f.touched.Plus(u.Read).Plus(u.Written)
	if u.Read > 0 || u.Written > 0 {
		cp.ledger.FileIOs = append(cp.ledger.FileIOs, u)
	}
	if grown := f.cfg.Grown(written) - f.grown; grown > 0 {
		cp.growFileSystem(i, grown)
	}
}

// growFileSystem makes room for files that are new since somebody last looked. They are billed as if
// they had come evenly. (Amazon EFS User Guide, "How Amazon EFS reports file system sizes".)
func (cp *Plane) growFileSystem(i int, grown model.Bytes) {
	f := &cp.fileSystems[i]
	f.grown, f.fresh, f.touched = f.grown+grown, f.fresh+grown, f.touched-grown
	cp.ledger.FileSystems[f.record].Standard += grown / 2
	f.standard, f.cfg.Standard = f.standard.Plus(grown), f.cfg.Standard.Plus(grown)
	if cp.kernel.Now() < cp.frame.Duration {
		cp.billFileSystem(i)
		cp.data.ChangeFileSystem(i, f.cfg, f.standard)
	}
}

// growFileSystems looks, once in a clock hour, which file systems have grown.
func (cp *Plane) growFileSystems() {
	for i := range cp.fileSystems {
		f := &cp.fileSystems[i]
		if _, written, _ := cp.data.FileSystemUse(i); f.cfg.Grown(written) > f.grown {
			cp.takeIOs(i)
		}
	}
}

// onFilesAge moves what nobody has touched for as long as the lifecycle says out of the
// Standard class: of accesses that fall anywhere, exp(-touched/stored) of what was there when it last looked.
func (cp *Plane) onFilesAge(ev model.Event) {
	i := ev.Index()
	f := &cp.fileSystems[i]
	cp.takeIOs(i)
	old := f.standard - f.fresh
	f.fresh = 0
	if old > 0 {
		moved := model.Bytes(float64(old) * math.Exp(-float64(f.touched)/float64(old)))
		f.standard, f.infrequent, f.touched = f.standard-moved, f.infrequent+moved, 0
		if moved > 0 {
			cp.billFileSystem(i)
			cp.data.ChangeFileSystem(i, f.cfg, f.standard)
		}
	}
	cp.scheduleAfter(f.cfg.Lifecycle, ev)
}

// modifyFileSystem gives a file system another throughput mode, or other throughput.
func (cp *Plane) modifyFileSystem(i int, to *model.FileSystem) error {
	f, now := &cp.fileSystems[i], cp.kernel.Now()
	if to.Mode == model.Elastic && f.cfg.MaxIO {
		return fmt.Errorf("a file system with Max I/O must not have elastic throughput [ValidationError]")
	}
	less := to.Mode == model.Provisioned && to.Throughput < f.cfg.Throughput
	if (to.Mode != f.cfg.Mode || less) && f.changed >= 0 && now < f.changed+settled {
		return fmt.Errorf("the mode must not change, nor throughput fall, within 24 h of the last time [ValidationError]")
	}
	if to.Mode != f.cfg.Mode || less {
		f.changed = now
	}
	cp.takeIOs(i)
	f.cfg.Mode, f.cfg.Throughput = to.Mode, to.Throughput
	cp.billFileSystem(i)
	cp.data.ChangeFileSystem(i, f.cfg, f.standard)
	return nil
}

// closeFileSystems ends their records at the horizon.
func (cp *Plane) closeFileSystems() {
	for i := range cp.fileSystems {
		cp.takeIOs(i)
		cp.ledger.FileSystems[cp.fileSystems[i].record].To = cp.frame.Duration
	}
}
