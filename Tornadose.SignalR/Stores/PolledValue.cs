using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Stores;

/// <summary>Polls a value, and publishes it when it has changed.</summary>
internal static class PolledValue
{
    public static async Task ProduceAsync<T>(
        IServiceProvider services, MessageStore store, TimeSpan every, Func<IServiceProvider, CancellationToken, ValueTask<T>> poll,
        TimeProvider time, CancellationToken stop)
    {
        var latest = await store.GetLatestAsync(stop).ConfigureAwait(false);
        var (format, data) = (latest?.Format, latest?.Data ?? default);
        using var timer = new PeriodicTimer(every, time);
        do
        {
            var content = store.Serializer.ToContent(await PollAsync(services, poll, stop).ConfigureAwait(false));
            if (content.Format == format && content.Data.Span.SequenceEqual(data.Span))
                continue;
            await store.PublishContentAsync(content, stop).ConfigureAwait(false);
            (format, data) = (content.Format, content.Data);
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    private static async ValueTask<T> PollAsync<T>(
        IServiceProvider services, Func<IServiceProvider, CancellationToken, ValueTask<T>> poll, CancellationToken stop)
    {
        await using var scope = services.CreateAsyncScope();
        return await poll(scope.ServiceProvider, stop).ConfigureAwait(false);
    }
}
