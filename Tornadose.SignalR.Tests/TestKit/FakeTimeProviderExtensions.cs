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
        /// Timers that are set. A test waits for the code under test to set one before it advances the clock. The clock has no
        /// public member that tells, hence the reflection.
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
        /// Advances step by step, for timers that look at the clock: within one long <see cref="FakeTimeProvider.Advance"/> a timer
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
