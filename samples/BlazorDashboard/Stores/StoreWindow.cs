using BlazorDashboard.Metrics;

namespace BlazorDashboard.Stores;

/// <summary>How many messages each store keeps: as many as its chart shows, so that the chart is full at the first paint.</summary>
public static class StoreWindow
{
    /// <summary>Notes are few and short.</summary>
    public const int Notes = 100;

    /// <summary>Longest note in bytes.</summary>
    public const int NoteBytes = 4096;

    /// <summary>Five minutes at one a second.</summary>
    public static int Machine => (int)(SampleRate.MachineWindow / SampleRate.Machine);

    /// <summary>One minute at ten a second.</summary>
    public static int Pulse => (int)(SampleRate.PulseWindow / SampleRate.Pulse);
}
