namespace BlazorDashboard.Metrics;

/// <summary>This process: garbage collector, thread pool, connections. Store <c>runtime</c>, every second.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Heap">Bytes of the managed heap, garbage included.</param>
/// <param name="WorkingSet">Bytes of memory that the process occupies.</param>
/// <param name="Collections">Collections of generation 0, 1 and 2 since the process began.</param>
/// <param name="LastPause">Milliseconds that the last collection stopped the process.</param>
/// <param name="TotalPause">Milliseconds that all collections stopped the process.</param>
/// <param name="Threads">Threads of the pool.</param>
/// <param name="Queue">Work items that wait for one of them.</param>
/// <param name="Completed">Work items done a second.</param>
/// <param name="Connections">What is connected to the server right now.</param>
public sealed record RuntimeMetrics(
    long At,
    long Heap,
    long WorkingSet,
    IReadOnlyList<int> Collections,
    double LastPause,
    double TotalPause,
    int Threads,
    long Queue,
    double Completed,
    Connections Connections);

/// <summary>What is connected to this server.</summary>
/// <param name="Open">Transport connections, whatever they carry.</param>
/// <param name="Requests">Requests in work: a stream is one for as long as it lasts.</param>
/// <param name="WebSockets">Connections that were upgraded, SignalR's among them.</param>
/// <param name="SignalR">Connections of SignalR on any of its transports.</param>
public sealed record Connections(long Open, long Requests, long WebSockets, long SignalR);
