#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the system says about a process: its group, its start, whether it is dead already.
package struct ProcessStatus: Equatable, Sendable {
  package let group: Int32
  /// Good for comparing only: clock ticks since boot on Linux, microseconds since 1970 on macOS.
  package let startTime: UInt64
  /// Ended, but its parent has not asked for its exit status yet.
  package let isZombie: Bool

  package init(group: Int32, startTime: UInt64, isZombie: Bool) {
    self.group = group
    self.startTime = startTime
    self.isZombie = isZombie
  }

  /// Reads a line of `/proc/PID/stat` (proc_pid_stat(5)).
  package init?(parsing line: [UInt8]) {
    // The second field is the program's name in brackets and may itself hold blanks and brackets.
    guard let nameEnd = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = line[(nameEnd + 1)...].split { $0 == 0x20 || $0 == 0x0A }
    // From the third on: state, parent, group; the start time is the 22nd.
    guard fields.count >= 20, let state = fields[0].first,
      let group = Int32(String(decoding: fields[2], as: UTF8.self)),
      let startTime = UInt64(String(decoding: fields[19], as: UTF8.self))
    else { return nil }
    let isZombie = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    self.init(group: group, startTime: startTime, isZombie: isZombie)
  }

  #if canImport(Darwin)
  /// Asks the system; `nil` if there is no such process or it does not tell.
  package static func read(_ process: Int32) -> ProcessStatus? {
    var description = proc_bsdinfo()
    let size = Int32(MemoryLayout<proc_bsdinfo>.size)
    guard unsafe proc_pidinfo(process, PROC_PIDTBSDINFO, 0, &description, size) == size else {
      return nil
    }
    let microseconds = description.pbi_start_tvsec * 1_000_000 + description.pbi_start_tvusec
    return ProcessStatus(
      group: Int32(bitPattern: description.pbi_pgid),
      startTime: microseconds,
      isZombie: description.pbi_status == UInt32(SZOMB)
    )
  }
  #else
  /// Asks the system; `nil` if there is no such process or no `/proc`.
  package static func read(_ process: Int32) -> ProcessStatus? {
    let descriptor = unsafe open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // The kernel writes it at once and in less.
    var line = [UInt8](repeating: 0, count: 2048)
    let count = unsafe Glibc.read(descriptor, &line, line.count)
    return count > 0 ? ProcessStatus(parsing: Array(line[..<count])) : nil
  }

  /// The ids of all processes, where the system tells; `nil` without `/proc`.
  package static func allProcesses() -> [Int32]? {
    guard let directory = unsafe opendir("/proc") else { return nil }
    defer { unsafe closedir(directory) }
    var processes: [Int32] = []
    while let entry = unsafe readdir(directory) {
      // The name is a C string inside a fixed array; ids are the entries made of digits.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
      }
      if let process = Int32(name) { processes.append(process) }
    }
    return processes
  }
  #endif
}
