#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

extension PosixKernel {
  package func read(
    _ descriptor: Descriptor,
    into buffer: inout [UInt8],
    at range: Range<Int>
  ) -> Transfer {
    if descriptor.access == .shared, !isReady(descriptor.number, POLLIN) { return .wouldBlock }
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[range])
      return descriptor.access == .socket
        ? unsafe systemReceive(descriptor.number, target.baseAddress, target.count)
        : unsafe systemRead(descriptor.number, target.baseAddress, target.count)
    }
    if count == 0 { return .end }
    return count > 0 ? .bytes(count) : failure("read")
  }

  package func write(
    _ descriptor: Descriptor,
    _ bytes: [UInt8],
    _ range: Range<Int>
  ) -> Transfer {
    if descriptor.access == .shared, !isReady(descriptor.number, POLLOUT) { return .wouldBlock }
    let count = unsafe bytes.withUnsafeBytes { bytes in
      var source = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      if descriptor.access == .shared {
        // Readiness promises room for this much and no more.
        unsafe source = UnsafeRawBufferPointer(rebasing: source.prefix(Int(PIPE_BUF)))
      }
      return descriptor.access == .socket
        ? unsafe systemSend(descriptor.number, source.baseAddress, source.count)
        : unsafe systemWrite(descriptor.number, source.baseAddress, source.count)
    }
    return count >= 0 ? .bytes(count) : failure("write")
  }

  private func failure(_ call: String) -> Transfer {
    let number = errno
    if number == EAGAIN || number == EWOULDBLOCK { return .wouldBlock }
    return .failed(SystemError(call, number))
  }

  package func close(_ descriptor: Descriptor) {
    systemClose(descriptor.number)
  }

  /// Moves the protocol off the standard descriptors and returns where it went.
  ///
  /// Afterwards descriptor 0 is the null device and 1 is standard error, so that nothing else can
  /// read or print into the protocol, and no descriptor we were given is inherited by a child.
  package static func takeStandardStreams() throws(SystemError) -> (
    input: Descriptor, output: Descriptor
  ) {
    // Numbers are not always small: some launchers hold hundreds of descriptors.
    let given = names(in: "/dev/fd").compactMap { Int32($0) }
    for descriptor in Set(given).union(3..<256) where descriptor > 2 { setCloseOnExec(descriptor) }
    let input = try takeOver(0, O_RDONLY)
    let output = try takeOver(1, O_WRONLY)
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { throw SystemError("open /dev/null", errno) }
    dup2(null, 0)
    // Standard error may be closed; then there is nowhere to print to.
    if dup2(2, 1) < 0 { dup2(null, 1) }
    if fcntl(2, F_GETFD) < 0 { dup2(null, 2) }
    systemClose(null)
    return (input, output)
  }

  /// A descriptor for the same file that can be used without blocking and without setting flags
  /// on a description that we share with whoever launched us.
  private static func takeOver(_ number: Int32, _ mode: Int32) throws(SystemError) -> Descriptor {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else {
      throw SystemError(number == 0 ? "standard input" : "standard output", errno)
    }
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw SystemError("fcntl", errno) }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFIFO { Pipe.widen(copy) }
    if kind == S_IFSOCK { return Descriptor(copy, .socket) }
    // Reading or writing a regular file never waits for a peer; reopening would lose the offset.
    if kind == S_IFREG { return Descriptor(copy, .ours) }
    #if !canImport(Darwin)
    let own = unsafe open("/proc/self/fd/\(number)", mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    if own >= 0 {
      systemClose(copy)
      return Descriptor(own, .ours)
    }
    #endif
    return Descriptor(copy, .shared)
  }
}
