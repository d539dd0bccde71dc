using System.Diagnostics.CodeAnalysis;

namespace Tornadose.SignalR.Specifications;

/// <summary>Reads a store's state synchronously, for use within the expression of an assertion.</summary>
internal static class ReadAtOnce
{
    extension(IStore store)
    {
        public MessagePosition Position => store.GetSnapshot().Position;

        public StoreSnapshot GetSnapshot() => Wait(store.GetSnapshotAsync());

        public MessageCursor OpenCursor(StartAt start) => Wait(store.OpenCursorAsync(start));

        public bool TryGetLatest([NotNullWhen(true)] out StoreMessage? message) => (message = Wait(store.GetLatestAsync())) is not null;
    }

    extension<T>(IStore<T> store)
    {
        public bool TryGetLatest([MaybeNullWhen(false)] out T value)
        {
            var latest = Wait(store.GetLatestAsync());
            value = latest is null ? default : latest.GetValue();
            return latest is not null;
        }
    }

    private static T Wait<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
