package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// read returns a file of /proc/self; what cannot be read is empty.
func read(name string) []byte {
	content, _ := os.ReadFile("/proc/self/" + name)
	return content
}

// openFiles lists descriptors, with what is behind them, their flags, their positions and their locks.
func openFiles() []string {
	open := []string{}
	for number := 0; number < 1024; number++ {
		target, err := os.Readlink(fmt.Sprint("/proc/self/fd/", number))
		if err != nil || strings.HasPrefix(target, "anon_inode:[event") {
			// Go's runtime has an epoll and an event descriptor of its own.
			continue
		}
		entry := fmt.Sprint(number, " ", strings.SplitN(target, ":[", 2)[0])
		for _, line := range strings.Split(string(read(fmt.Sprint("fdinfo/", number))), "\n") {
			fields := strings.Fields(line)
			switch {
			case len(fields) == 2 && fields[0] == "flags:":
				entry += " " + fields[1]
			case len(fields) == 2 && fields[0] == "pos:" && fields[1] != "0":
				entry += " at " + fields[1]
			case len(fields) > 5 && fields[0] == "lock:":
				entry += " " + strings.Join(fields[2:5], " ")
			}
		}
		open = append(open, entry)
	}
	return open
}

// Of /proc/self/status: differs from one plain run to the next, or is the file's name.
var varying = []string{
	"Name", "State", "Tgid", "Ngid", "Pid", "PPid", "TracerPid", "NStgid", "NSpid", "NSpgid", "NSsid", "Kthread", "FDSize", "Vm", "Rss", "HugetlbPages",
	"Threads", "SigQ", "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches",
}

// facts returns the other lines.
func facts(status string) []string {
	kept := []string{}
next:
	for _, line := range strings.Split(status, "\n") {
		for _, prefix := range varying {
			if strings.HasPrefix(line, prefix) {
				continue next
			}
		}
		kept = append(kept, line)
	}
	return kept
}

// threads returns how many there are.
func threads(status string) string {
	_, rest, _ := strings.Cut(status, "\nThreads:\t")
	count, _, _ := strings.Cut(rest, "\n")
	return count
}

// procFiles returns files of /proc/self that are compared as they are.
func procFiles() map[string]string {
	contents := map[string]string{}
	for _, name := range []string{
		"attr/current", "cgroup", "coredump_filter", "environ", "gid_map", "loginuid", "mountinfo", "oom_score_adj",
		"personality", "projid_map", "sessionid", "setgroups", "timers", "timerslack_ns", "uid_map",
	} {
		contents[name] = string(read(name))
	}
	spaces, _ := os.ReadDir("/proc/self/ns")
	for _, space := range spaces {
		contents["ns/"+space.Name()], _ = os.Readlink("/proc/self/ns/" + space.Name())
	}
	return contents
}

// stat returns fields of /proc/self/stat, by the names that proc_pid_stat(5) gives them.
func stat() map[string]string {
	text := string(read("stat"))
	if text == "" {
		return nil
	}
	// The third field follows the process name, which may hold anything.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	field := func(number int) string { return fields[number-3] }
	flags, _ := strconv.ParseUint(field(9), 10, 64)
	kept := map[string]string{
		"flags": strconv.FormatUint(flags&^momentary, 16),
		// Whether it leads its group and its session, rather than their ids.
		"pgrp":    fmt.Sprint(field(5) == fmt.Sprint(os.Getpid())),
		"session": fmt.Sprint(field(6) == fmt.Sprint(os.Getpid())),
		"parent":  fmt.Sprint(field(5) == fmt.Sprint(os.Getppid()), field(6) == fmt.Sprint(os.Getppid())),
	}
	for name, number := range map[string]int{
		"tty_nr": 7, "priority": 18, "nice": 19, "rsslim": 25, "exit_signal": 38, "rt_priority": 40, "policy": 41,
	} {
		kept[name] = field(number)
	}
	return kept
}

// Of the flags of a task (<linux/sched.h>): it is in the middle of allocating or writing back memory, or was
// served by io workers.
const momentary = 0x00000800 | 0x00040000 | 0x00080000 | 0x00000010

// tookOver tells what the program has got of its parent's children: none, if nobody has left it any.
func tookOver() string {
	_, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
	return fmt.Sprint(err)
}
