using System.Diagnostics.CodeAnalysis;

namespace Tornadose.SignalR.Specifications;

/// <summary>A store's state as an assertion asks for it: at once, in the middle of an expression.</summary>
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
