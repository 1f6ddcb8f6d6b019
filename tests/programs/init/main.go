// Init is the first process of an emulated machine. On the console it says, a JSON text in each line, which variant it
// is and how it was started, then what became of each command in /commands.json; then it ends the machine.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
)

// A command as tests/support/machine.ts writes it.
type command struct {
	Args []string          `json:"args"`
	Env  map[string]string `json:"env"`
	// Texts to write first, by path.
	Write map[string]string `json:"write"`
	// The user that runs it.
	User uint32 `json:"user"`
	// The largest file that it may write, in bytes, if not 0.
	FileSize uint64 `json:"fileSize"`
}

func main() {
	// Until here there is no /proc.
	os.Mkdir("/proc", 0o755)
	os.Mkdir("/tmp", 0o777)
	report("init", identity(syscall.Mount("proc", "/proc", "proc", 0, "")))

	text, _ := os.ReadFile("/commands.json")
	commands := []command{}
	if err := json.Unmarshal(text, &commands); err != nil {
		report("init", err.Error())
	}
	for _, one := range commands {
		report("outcome", run(one))
	}

	// TCSBRK with an argument waits until the console has sent everything, as tcdrain does.
	const tcsbrk = 0x5409
	syscall.Syscall(syscall.SYS_IOCTL, 1, tcsbrk, 1)
	syscall.Reboot(syscall.LINUX_REBOOT_CMD_RESTART)
}

func identity(mounting error) map[string]any {
	if mounting != nil {
		return map[string]any{"error": mounting.Error()}
	}
	level := ""
	info, _ := debug.ReadBuildInfo()
	for _, setting := range info.Settings {
		switch setting.Key {
		case "GOAMD64", "GOARM", "GOARM64", "GOPPC64", "GORISCV64":
			level = setting.Value
		}
	}
	comm, _ := os.ReadFile("/proc/1/comm")
	executable, _ := os.Readlink("/proc/1/exe")
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	cpuinfo, _ := os.ReadFile("/proc/cpuinfo")
	return map[string]any{
		"pid":        os.Getpid(),
		"cpu":        string(cpuinfo),
		"level":      level,
		"args":       os.Args,
		"comm":       strings.TrimSpace(string(comm)),
		"executable": executable,
		"release":    strings.TrimSpace(string(release)),
	}
}

func run(one command) map[string]any {
	var stdout, stderr bytes.Buffer
	child := exec.Cmd{Path: one.Args[0], Args: one.Args, Env: []string{}, Stdin: os.Stdin, Stdout: &stdout, Stderr: &stderr}
	for key, value := range one.Env {
		child.Env = append(child.Env, key+"="+value)
	}
	for path, text := range one.Write {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return map[string]any{"error": err.Error()}
		}
	}
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: one.User, Gid: one.User}}
	if one.FileSize != 0 {
		var limit syscall.Rlimit
		syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
		syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: one.FileSize, Max: limit.Max})
		defer syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	}
	if err := child.Run(); child.ProcessState == nil {
		return map[string]any{"error": err.Error()}
	}
	result := map[string]any{"stderr": stderr.String()}
	if status := child.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		result["signal"] = status.Signal().String()
	} else {
		result["status"] = status.ExitStatus()
	}
	digest := sha256.Sum256(stdout.Bytes())
	result["digest"] = hex.EncodeToString(digest[:])
	// An extracted variant is told by its digest.
	if stdout.Len() < 1<<16 {
		result["stdout"] = stdout.String()
	}
	return result
}

// A console takes what the kernel prints, too: the mark tells our lines from those.
func report(mark string, value any) {
	line, _ := json.Marshal(value)
	os.Stdout.WriteString("\n@" + mark + " " + string(line) + "\n")
}
