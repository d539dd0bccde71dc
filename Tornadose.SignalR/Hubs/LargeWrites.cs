namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Limits how many bytes of large messages are being written to the hub connections of one client at a time. Each SignalR connection holds
/// a copy of what is written until its peer has taken it, so connections that do not read would each hold a large message.
/// </summary>
/// <remarks>
/// Writes wait in order until those before them have been taken, or have been cut after <c>StoreOptions.SendTimeout</c>. Other clients
/// have a limit of their own, and do not wait.
/// </remarks>
internal sealed class LargeWrites(long maxBytes = 64 * 1024 * 1024)
{
    /// <summary>Smaller writes are left to SignalR's own buffer, which has this size.</summary>
    public const int Threshold = 64 * 1024;

    private readonly Dictionary<string, Client> _clients = new(StringComparer.Ordinal);

    /// <summary>Waits until the write may begin.</summary>
    /// <param name="client">The rate-limit key of the connection's client.</param>
    /// <param name="bytes">How many bytes it has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>To be disposed when the bytes were taken; null for a small write.</returns>
    public async ValueTask<IDisposable?> EnterAsync(string client, long bytes, CancellationToken cancellationToken)
    {
        if (bytes <= Threshold)
            return null;
        var write = new Write(this, client, bytes);
        lock (_clients)
        {
            if (!_clients.TryGetValue(client, out var queue))
                _clients[client] = queue = new Client();
            queue.Waiting.Enqueue(write);
            Start(queue);
        }

        using var cancelled = cancellationToken.UnsafeRegister(
            static (state, token) => ((Write)state!).Started.TrySetCanceled(token), write);
        await write.Started.Task.ConfigureAwait(false);
        return write;
    }

    /// <summary>A write that is larger than the limit begins when it is the only one.</summary>
    private void Start(Client client)
    {
        while (client.Waiting.TryPeek(out var next))
        {
            if (!next.Started.Task.IsCanceled)
            {
                if (client.Bytes > 0 && client.Bytes + next.Bytes > maxBytes)
                    return;
                if (next.Started.TrySetResult())
                    client.Bytes += next.Bytes;
            }

            client.Waiting.Dequeue();
        }
    }

    private void End(Write write)
    {
        lock (_clients)
        {
            var client = _clients[write.Client];
            client.Bytes -= write.Bytes;
            Start(client);
            if (client is { Bytes: 0, Waiting.Count: 0 })
                _clients.Remove(write.Client);
        }
    }

    private sealed class Client
    {
        public Queue<Write> Waiting { get; } = new();

        public long Bytes { get; set; }
    }

    private sealed class Write(LargeWrites writes, string client, long bytes) : IDisposable
    {
        private bool _ended;

        public string Client => client;

        public long Bytes => bytes;

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _ended, true))
                writes.End(this);
        }
    }
}
