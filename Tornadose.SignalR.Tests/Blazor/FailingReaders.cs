using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>Readers of empty stores that fail when the test says so, even after they were canceled.</summary>
internal sealed class FailingReaders : IStoreReaders
{
    private readonly ConcurrentDictionary<string, Reader> _readers = new();

    public IStoreReader GetReader(string store) => Of(store);

    public Task BegunAsync(string store) => Of(store).Begun.Task.WithTimeout();

    public void Fail(string store) => Of(store).Failed.SetResult();

    private Reader Of(string store) => _readers.GetOrAdd(store, static name => new Reader(name));

    private sealed class Reader(string store) : IStoreReader
    {
        public event Action? StateChanged
        {
            add { }
            remove { }
        }

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Store => store;

        public StoreSubscriptionState State => StoreSubscriptionState.Live;

        public Task<StoreSnapshot> GetSnapshotAsync(string? seen, CancellationToken cancellationToken) =>
            Task.FromResult(new StoreSnapshot(new MessagePosition(1, 0, 0), []));

        public async IAsyncEnumerable<StoreMessage> ReadAsync(
            StoreKind kind, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Begun.SetResult();
            yield return await FailAsync();
        }

        public T GetValue<T>(StoreMessage message) => throw new NotSupportedException();

        private async Task<StoreMessage> FailAsync()
        {
            await Failed.Task;
            throw new InvalidDataException(store);
        }
    }
}
