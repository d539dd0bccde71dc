namespace Tornadose.Benchmarks.Load;

/// <summary>What stands between the bytes on the connection and those that the application wrote.</summary>
internal enum Framing
{
    None,
    Chunked,
    WebSocket,
}
