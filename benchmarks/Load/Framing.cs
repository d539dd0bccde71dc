namespace Tornadose.Benchmarks.Load;

/// <summary>How the bytes that the application wrote are framed on the connection.</summary>
internal enum Framing
{
    None,
    Chunked,
    WebSocket,
}
