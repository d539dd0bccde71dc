using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>A metrics listener of an application that throws at each measurement of one instrument.</summary>
internal static class ThrowingMeterListener
{
    /// <param name="factory">The host's meter factory.</param>
    /// <param name="name">The instrument, a counter of whole numbers.</param>
    public static MeterListener Start(IMeterFactory factory, string name)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, factory))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("listener"));
        listener.Start();
        return listener;
    }
}
