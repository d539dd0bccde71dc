using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>One open subscription, as its client sees it.</summary>
public abstract class TransportReader : IAsyncDisposable
{
    private readonly Queue<Arrival> _arrived = new();

    /// <summary>How the subscription ended; null while it is open.</summary>
    public ReaderEnd? End { get; protected set; }

    /// <summary>The number of keep-alives read.</summary>
    public int KeepAlives { get; protected set; }

    protected abstract RawConnection Connection { get; }

    /// <summary>The next message or reset; null when the subscription has ended.</summary>
    public async Task<Arrival?> NextOrEndAsync()
    {
        while (_arrived.Count == 0 && End is null)
            await ReadSomeAsync();
        return _arrived.TryDequeue(out var arrival) ? arrival : null;
    }

    public async Task<Arrival> NextAsync() => await NextOrEndAsync() ?? throw new EndOfStreamException($"The subscription ended: {End}");

    public async Task UntilKeepAliveAsync()
    {
        var seen = KeepAlives;
        while (KeepAlives == seen && End is null)
            await ReadSomeAsync();
        Assert.True(KeepAlives > seen, $"The subscription ended: {End}");
    }

    /// <summary>Takes a few bytes off the connection, like a peer on a very slow link.</summary>
    /// <returns>False when the connection has ended.</returns>
    public async Task<bool> TakeBytesAsync(int count)
    {
        using var hang = new CancellationTokenSource(Eventually.HangTimeout);
        try
        {
            for (int before, left = count; left > 0; left -= Connection.Buffered.Length - before)
            {
                before = Connection.Buffered.Length;
                if (!await Connection.FillAsync(hang.Token, left))
                    return false;
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Closes as gracefully as the wire allows.</summary>
    public virtual Task CloseAsync() => DisposeAsync().AsTask();

    /// <summary>Closes as a crashed peer does.</summary>
    public void Abort() => Connection.Abort();

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    /// <summary>Reads at least one item, which may be the end.</summary>
    protected abstract Task ReadAsync();

    protected void Arrive(Arrival arrival) => _arrived.Enqueue(arrival);

    private async Task ReadSomeAsync()
    {
        try
        {
            await ReadAsync();
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            End ??= ReaderEnd.Cut; // a close frame that was read counts, even if it could not be answered
        }
    }
}
