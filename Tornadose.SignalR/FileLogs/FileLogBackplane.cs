using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>Order and positions decided in this process, and kept in files, so that the next process goes on where this one ended: the same epochs, and ids that are valid as before.</summary>
internal sealed class FileLogBackplane : IBackplane, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, FileLogChannel> _channels = new(StringComparer.Ordinal);
    private readonly FileLogNode _node;
    private readonly IDisposable _lock;
    private readonly ITimer _ticks;
    private int _disposed;

    /// <exception cref="IOException">Another process has the folder, or it cannot be used.</exception>
    public FileLogBackplane(FileLogOptions options, TimeProvider time, FileLogMetrics metrics, ILogger logger)
    {
        _node = new FileLogNode(options, time, metrics, logger);
        _lock = FolderLock.Take(_node.Folder);
        var interval = options.Flush == FileLogFlush.Interval ? options.FlushInterval : TickInterval;
        _ticks = time.CreateTimer(static state => ((FileLogBackplane)state!).Tick(), this, interval, interval);
    }

    /// <summary>A store of a family may be there anew before its last life has ended: its files then wait for that.</summary>
    public IBackplaneChannel Open(string store, MessageLogLimits limits)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, typeof(FileLogBackplane));
        var previous = _channels.TryGetValue(store, out var last) ? last.Completion : Task.CompletedTask;
        return _channels[store] = new FileLogChannel(store, limits, _node, previous, channel => _channels.TryRemove(KeyValuePair.Create(channel.Store, channel)));
    }

    /// <summary>Waits until the files of all stores were read.</summary>
    /// <exception cref="IOException">Some could not be.</exception>
    public Task LoadAsync(CancellationToken cancellationToken) => Task.WhenAll(_channels.Values.Select(static channel => channel.Tried)).WaitAsync(cancellationToken);

    public ValueTask<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        new(_channels.Values.Select(static channel => channel.FindFault()).FirstOrDefault(static fault => fault is not null));

    /// <summary>Waits for <see cref="DisposeAsync"/>: a container that is disposed of synchronously knows nothing else.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return; // the container knows it by two types
        await _ticks.DisposeAsync().ConfigureAwait(false);
        foreach (var channel in _channels.Values)
            await channel.DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
    }

    private void Tick()
    {
        foreach (var (_, channel) in _channels)
            channel.Tick();
    }
}
