import Foundation
import MCPProxy

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Ids of the running processes whose parent this is.
func children(of parent: Int32) -> [Int32] {
  let text = try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
  return (text ?? "").split(separator: " ").compactMap { Int32($0) }
}

/// Whether the process is there and not dead.
func isAlive(_ process: Int32) -> Bool {
  guard let status = ProcessStatus.read(process) else { return false }
  return !status.isZombie
}

/// Waits in small steps until `condition` holds; false if it never does.
func eventually(_ condition: () -> Bool) -> Bool {
  let deadline = ContinuousClock.now + ProcessHarness.patience
  while !condition() {
    guard ContinuousClock.now < deadline else { return false }
    _ = poll(nil, 0, 1)
  }
  return true
}
