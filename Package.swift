// swift-tools-version: 6.2
import PackageDescription

// Every target is held to the same rules. Lists in this file are sorted by name.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

// What the released program leaves out: checks of exclusive access, which tests and simulation
// keep, and atomic counting of references, for it has one thread (a test counts them). Together
// they were a fifth of the work of a call.
let released: [SwiftSetting] = [
  .unsafeFlags(
    ["-enforce-exclusivity=unchecked", "-Xfrontend", "-assume-single-threaded"],
    .when(configuration: .release)
  )
]

let package = Package(
  name: "mcp-proxy",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "mcp-proxy", targets: ["MCPProxy"])],
  targets: [
    .systemLibrary(name: "CLinux", path: "Sources/MCPProxy/System/CLinux"),
    .target(name: "MCPProtocol", swiftSettings: strict + released),
    .executableTarget(
      name: "MCPProxy",
      dependencies: [
        .target(name: "CLinux", condition: .when(platforms: [.linux])),
        "MCPProtocol",
      ],
      exclude: ["System/CLinux"],
      swiftSettings: strict + released,
      // Half the start-up time, a fifth off a call, and a binary that runs where Swift is not.
      linkerSettings: [
        .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release))
      ]
    ),
    .testTarget(
      name: "MCPProtocolTests",
      dependencies: ["MCPProtocol"],
      exclude: ["Vectors"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "MCPProxyTests",
      dependencies: ["MCPProtocol", "MCPProxy"],
      swiftSettings: strict
    ),
    // The product's own sources on another edge, with mutations to switch on (docs/simulation.md).
    .executableTarget(
      name: "simulate",
      dependencies: [
        .target(name: "CLinux", condition: .when(platforms: [.linux])),
        "MCPProtocol",
      ],
      path: "Tests/Simulation",
      exclude: [
        "Product/Commands", "Product/ExampleServer",
        "Product/Main.swift", "Product/System/CLinux", "regressions.txt",
      ],
      swiftSettings: strict + [.define("MUTANTS")]
    ),
  ]
)
