namespace Tornadose.SignalR.Diagnostics;

/// <summary>A store as it is measured.</summary>
/// <param name="Name">Its name, or that of its family.</param>
/// <param name="ComesAndGoes">Whether it belongs to a family and is measured under its own name: not reported without readers.</param>
internal readonly record struct MeasuredStore(string Name, bool ComesAndGoes = false);
