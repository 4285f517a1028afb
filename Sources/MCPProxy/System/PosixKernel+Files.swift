#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

extension PosixKernel {
  package func openLog(_ path: String) throws(SystemError) -> Descriptor {
    // Not to be held up by a pipe that nobody reads, should one be named.
    let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
    let number = unsafe open(path, flags, mode_t(0o600))
    guard number >= 0 else { throw SystemError("open", errno) }
    return Descriptor(number)
  }

  package func appendLines(
    _ descriptor: Descriptor,
    _ bytes: [UInt8],
    lastEnd: Int
  ) throws(SystemError) -> Int {
    let number = descriptor.number
    // Not waited for: whoever holds it may be stopped. Appending is atomic between writers that
    // are alive; the lock only guards the look at the last byte.
    let seen = lseek(number, 0, SEEK_END)
    if seen == lastEnd {
      // Nobody else writes here, or not at this time: the last byte is the end of our own line.
      try appendWhole(number, bytes)
      return Int(seen) + bytes.count
    }
    let isLocked = flock(number, LOCK_EX | LOCK_NB) == 0
    defer { if isLocked { _ = flock(number, LOCK_UN) } }
    let end = lseek(number, 0, SEEK_END)
    var last = UInt8(ascii: "\n")
    if end > 0 { _ = unsafe pread(number, &last, 1, end - 1) }
    if last == UInt8(ascii: "\n") {
      try appendWhole(number, bytes)
      return Int(end) + bytes.count
    }
    try appendWhole(number, [UInt8(ascii: "\n")] + bytes)
    return Int(end) + bytes.count + 1
  }

  /// A line that got in only in part stays: the next writer begins a new one behind it.
  private func appendWhole(_ number: Int32, _ bytes: [UInt8]) throws(SystemError) {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe systemWrite(number, $0.baseAddress, $0.count)
    }
    guard count == bytes.count else { throw SystemError("write", count < 0 ? errno : ENOSPC) }
  }

  package func isCurrent(_ descriptor: Descriptor, at path: String) -> Bool {
    var open = stat()
    var named = stat()
    guard unsafe fstat(descriptor.number, &open) == 0, unsafe stat(path, &named) == 0 else {
      return false
    }
    return open.st_ino == named.st_ino && open.st_dev == named.st_dev
  }

  package func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw SystemError("open", errno) }
    defer { systemClose(number) }
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw SystemError("fstat", errno) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      throw SystemError("read", kind == S_IFDIR ? EISDIR : ENOTSUP)
    }
    guard status.st_size <= limit else { throw SystemError("read", EFBIG) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let rest = filled..<bytes.count
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[rest])
        return unsafe systemRead(number, target.baseAddress, target.count)
      }
      guard count >= 0 else { throw SystemError("read", errno) }
      if count == 0 { break }
      filled += count
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  package func replaceFile(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    let temporary = "\(path).\(getpid()).tmp"
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let number = unsafe open(temporary, flags, mode_t(0o600))
    guard number >= 0 else { throw SystemError("open", errno) }
    let count = unsafe bytes.withUnsafeBytes {
      unsafe systemWrite(number, $0.baseAddress, $0.count)
    }
    let error = errno
    systemClose(number)
    guard count == bytes.count else {
      unsafe unlink(temporary)
      throw SystemError("write", count < 0 ? error : ENOSPC)
    }
    guard unsafe rename(temporary, path) == 0 else {
      let error = errno
      unsafe unlink(temporary)
      throw SystemError("rename", error)
    }
  }

  package func makeDirectories(_ path: String) throws(SystemError) {
    if unsafe mkdir(path, mode_t(0o700)) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw SystemError("mkdir", errno)
    }
    try makeDirectories(String(path[..<slash]))
    if unsafe mkdir(path, mode_t(0o700)) != 0, errno != EEXIST {
      throw SystemError("mkdir", errno)
    }
  }

  package func directoryEntries(_ path: String) -> [String] { Self.names(in: path) }

  static func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  package func removeFile(_ path: String) {
    unsafe unlink(path)
  }
}
