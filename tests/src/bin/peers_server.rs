//! Our server of PEERS as a process that tests can kill.

fn main() -> oncrpc::Result<()> {
    oncrpc_tests::peers::serve()
}
