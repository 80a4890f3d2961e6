use super::Run;
use crate::table::Operation;
use crate::{Result, subject};
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a program calls for memory.
const ALLOCATORS: &[&str] = &["malloc", "calloc", "realloc", "memalign", "aligned_alloc", "posix_memalign"];

/// The C library chooses between implementations by the processor, and by the size of its caches.
const TUNABLES: &str = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-ERMS,-FSRM,-BMI2,-LZCNT\
    :glibc.cpu.x86_non_temporal_threshold=0xc0000\
    :glibc.cpu.x86_rep_movsb_threshold=0x800\
    :glibc.cpu.x86_rep_stosb_threshold=0x800";

/// Counts instructions and allocations.
pub(super) fn count(operation: &Operation, times: u64) -> Result<Run> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let profile = std::env::temp_dir().join(format!("oncrpc-counts-{}-{number}.callgrind", std::process::id()));
    let mut command = Command::new("valgrind");
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).env("GLIBC_TUNABLES", TUNABLES);
    command.env("LD_PRELOAD", std::env::current_exe()?.with_file_name("clock.so"));
    command.args(["--quiet", "--tool=callgrind"]).arg(format!("--callgrind-out-file={}", profile.display()));
    let counted = subject::run(command, operation, times).and_then(|()| Ok(fs::read_to_string(&profile)?));
    let _ = fs::remove_file(&profile);
    read(&counted?)
}

/// Reads a profile: the sum of all, and how often allocators were called.
fn read(profile: &str) -> Result<Run> {
    let summary = profile.lines().find_map(|line| line.strip_prefix("summary: "));
    let instructions = summary.ok_or("callgrind has counted nothing")?.trim().parse()?;
    let (mut allocators, mut is_allocator, mut allocations) = (Vec::new(), false, 0);
    for line in profile.lines() {
        // `(id) name` where the function is met first, `(id)` later.
        if let Some((id, name)) = line.split_once("fn=(").and_then(|(_, function)| function.split_once(')')) {
            if is_allocating(name.trim()) {
                allocators.push(id);
            }
            is_allocator = line.starts_with('c') && allocators.contains(&id);
        } else if let Some(calls) = line.strip_prefix("calls=").filter(|_| is_allocator) {
            allocations += calls.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
    }
    Ok(Run { instructions, allocations, syscalls: 0 })
}

/// The name may end with the version of the symbol.
fn is_allocating(name: &str) -> bool {
    name.split('@').next().is_some_and(|name| ALLOCATORS.contains(&name))
}
