import MCPProxy
import Testing

/// Tests of the real kernel, one after the other: a process has one pipe for signals.
@Suite(.serialized, .timeLimit(.minutes(10))) enum RealKernelTests {}
