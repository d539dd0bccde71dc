namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Reads a part of a store's log.</summary>
internal interface ILogSource
{
    /// <summary>Reads a part of the log and its newest position, in one step.</summary>
    /// <param name="range">Which part.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    /// <exception cref="StoreRefusedException">Redis refuses the read, or the store is of another kind or version.</exception>
    Task<LogPage> ReadAsync(LogRange range, CancellationToken cancellationToken);
}
