namespace Tornadose.SignalR;

/// <summary>There is no store of this name.</summary>
public sealed class StoreNotFoundException : StoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="store">The name.</param>
    public StoreNotFoundException(string store)
        : base($"There is no store '{store}'. Add it at start: builder.Services.AddTornadose().AddQueueStore(\"{store}\"), " +
            "or AddDataStore.") => Store = store;

    /// <summary>
    /// Creates the exception in a client, from a server's answer. With several stores, the client does not know which one is missing.
    /// </summary>
    internal StoreNotFoundException(string store, string message, Exception innerException)
        : base(message, innerException) => Store = store;

    /// <summary>The name.</summary>
    public string Store { get; }
}
