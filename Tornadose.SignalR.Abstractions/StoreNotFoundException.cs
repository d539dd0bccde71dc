namespace Tornadose.SignalR;

/// <summary>There is no store of this name.</summary>
public sealed class StoreNotFoundException : StoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="store">The name.</param>
    public StoreNotFoundException(string store)
        : base($"There is no store '{store}'. Add it at start: builder.Services.AddTornadose().AddQueueStore(\"{store}\"), " +
            "or AddDataStore.") => Store = store;

    /// <summary>What a client makes of a server's answer; of several stores it does not know which one is missing.</summary>
    internal StoreNotFoundException(string store, string message, Exception innerException)
        : base(message, innerException) => Store = store;

    /// <summary>The name.</summary>
    public string Store { get; }
}
