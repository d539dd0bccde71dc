namespace BlazorDashboard.Components.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Path">Where its value stands in the store's messages.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Values">Its values so far, one for each time of the chart; null where there was none.</param>
public sealed record Series(string Path, string Label, IReadOnlyList<double?> Values);
