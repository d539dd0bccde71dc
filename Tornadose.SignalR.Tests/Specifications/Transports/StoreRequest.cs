namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>A client's request.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="After">The id that it presents; null for none.</param>
/// <param name="Earliest">Whether to start with the earliest kept message, where the wire has a parameter for it.</param>
/// <param name="Closed">Whether to use the endpoint that requires a signed-in user.</param>
/// <param name="ReceiveBuffer">A small window, in bytes, for a client that will not read.</param>
/// <param name="Other">A second store on the same connection, where the wire takes several; null for none.</param>
public sealed record StoreRequest(
    string Store, string? After = null, bool Earliest = false, bool Closed = false, int? ReceiveBuffer = null,
    string? Other = null)
{
    /// <summary>The path and query of the plain transports.</summary>
    /// <param name="afterInQuery">Whether the id goes into the query.</param>
    public string Path(bool afterInQuery = true)
    {
        var parameters = new List<string>();
        if (Other is not null)
            parameters.AddRange([$"store={Store}", $"store={Other}"]);
        if (afterInQuery && After is not null)
            parameters.Add($"after={Uri.EscapeDataString(After)}");
        if (Earliest)
            parameters.Add("from=earliest");
        var query = parameters.Count == 0 ? "" : $"?{string.Join('&', parameters)}";
        return $"{(Closed ? "/closed" : "/stores")}{(Other is null ? $"/{Store}" : "")}{query}";
    }

    public string HubPath => Closed ? "/hubs/closed" : "/hubs/stores";
}

/// <summary>The server refused the client.</summary>
/// <param name="status">The status of the response; 0 for an error of a hub method.</param>
/// <param name="comeBack">When the client may retry, as the server says; null if it does not say.</param>
public sealed class RefusedException(int status, string? comeBack) : Exception($"Refused with {status}, come back: {comeBack}")
{
    public int Status { get; } = status;

    public string? ComeBack { get; } = comeBack;
}
