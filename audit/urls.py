from django.urls import path

from audit.views import download, event, events

urlpatterns = [
    path("events/", events, name="events"),
    path("events/download/", download, name="download-events"),
    path("events/<uuid:event_id>/", event, name="event"),
]
