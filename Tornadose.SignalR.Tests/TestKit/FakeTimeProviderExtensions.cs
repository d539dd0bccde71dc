using System.Collections;
using System.Reflection;

namespace Tornadose.SignalR.Tests.TestKit;

internal static class FakeTimeProviderExtensions
{
    private static readonly FieldInfo Waiters =
        typeof(FakeTimeProvider).GetField("Waiters", BindingFlags.Instance | BindingFlags.NonPublic)!;

    extension(FakeTimeProvider clock)
    {
        /// <summary>
        /// The number of active timers. A test waits until the code under test has set one before it advances the clock. The clock has no
        /// public member for it, hence the reflection.
        /// </summary>
        public int ActiveTimers
        {
            get
            {
                var waiters = (IEnumerable)Waiters.GetValue(clock)!;
                lock (waiters)
                    return waiters.Cast<object>().Count();
            }
        }

        /// <summary>
        /// Advances in steps, for timer callbacks that read the clock: within one long <see cref="FakeTimeProvider.Advance"/>, a timer
        /// that is due ten times fires ten times at the end of the span.
        /// </summary>
        public void AdvanceInSteps(TimeSpan by, TimeSpan step)
        {
            for (; by > step; by -= step)
                clock.Advance(step);
            clock.Advance(by);
        }
    }
}
