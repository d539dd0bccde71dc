using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// The activities of the library's two sources that concern one store. A source is process-wide and reports the activities of other
/// tests too, so the store needs a unique name.
/// </summary>
internal sealed class ActivityRecorder : IDisposable
{
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivityListener _listener;

    public ActivityRecorder(string store)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Tornadose.SignalR" or "Tornadose.SignalR.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("messaging.destination.name") as string == store)
                    _activities.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Activities => [.. _activities];

    public void Dispose() => _listener.Dispose();
}
