#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

/// The number of a pipe among all that are open, by which the processes at its ends can be found.
package enum PipeID {
  /// 0 if the system has no such numbers.
  package static func of(_ descriptor: Int32) -> UInt64 {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return 0 }
    return UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// The groups of the processes that read the pipe as their standard input.
  ///
  /// Linux only: elsewhere no process can be asked for the pipes of another.
  package static func groups(reading pipe: UInt64) -> Set<Int32> {
    #if canImport(Darwin)
    return []
    #else
    let name = Array("pipe:[\(pipe)]".utf8)
    let readers = (ProcessStatus.allProcesses() ?? []).filter { target("/proc/\($0)/fd/0") == name }
    return Set(readers.compactMap { ProcessStatus.read($0)?.group })
    #endif
  }

  /// What a symbolic link says; as many bytes of it as any pipe's name has.
  private static func target(_ path: String) -> [UInt8] {
    var bytes = [CChar](repeating: 0, count: 64)
    let count = unsafe readlink(path, &bytes, bytes.count)
    return bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
  }
}
