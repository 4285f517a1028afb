#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A folder that is there for one run only.
enum ScratchFolder {
  /// Makes an empty folder that only its owner can enter, below `$TMPDIR` or /tmp.
  static func make(_ environment: [String: String]) throws(SystemError) -> String {
    // A relative path would mean another place to a process that runs elsewhere.
    let base = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    var template = Array("\(base)/mcp-proxy-XXXXXX".utf8CString)
    // The made-up part of the name is written over the template's end.
    guard unsafe mkdtemp(&template) != nil else { throw SystemError("mkdtemp in \(base)", errno) }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes a folder and what is in it; what cannot be removed stays.
  static func remove(_ path: String, _ kernel: PosixKernel) {
    // Links are removed, not followed: only a folder refuses because it is not empty.
    guard removeEntry(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
    for name in kernel.directoryEntries(path) { remove("\(path)/\(name)", kernel) }
    _ = removeEntry(path)
  }

  /// A file, a link or an empty folder.
  private static func removeEntry(_ path: String) -> Int32 {
    #if canImport(Darwin)
    unsafe Darwin.remove(path)
    #else
    unsafe Glibc.remove(path)
    #endif
  }
}
