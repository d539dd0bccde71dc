namespace Tornadose.SignalR;

/// <summary>There is no store of this name.</summary>
/// <param name="store">The name.</param>
public sealed class StoreNotFoundException(string store)
    : StoreException($"There is no store '{store}'. Add it at start: builder.Services.AddTornadose().AddQueueStore(\"{store}\"), or AddDataStore.")
{
    /// <summary>The name.</summary>
    public string Store { get; } = store;
}
